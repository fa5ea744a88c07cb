// What the test page plants, and where. All of it is invented or a published test number.
//
// `reaches` says when the exact value is in what the browser sends; the negative control holds each
// run to it, so that a page or an SDK that stops sending a secret is noticed.

export const REACHES = {
  always: () => true,
  /** Typed into a form field, which the SDK masks by default. */
  unmasked: ({ masksInputs }) => !masksInputs,
  /** Never, or not in one piece, or not in every SDK: nothing to hold a run to. */
  perhaps: () => false,
};

const secret = (name, value, reaches = REACHES.always) => ({ name, value, reaches });

export const SECRETS = {
  // Typed into the form.
  typedName: secret('typed name', 'Wilhelmina Quackenbush', REACHES.unmasked),
  typedEmail: secret('typed e-mail', 'w.quackenbush@mail.example.com', REACHES.unmasked),
  typedPassword: secret('typed password', 'Tr0ub4dor-and-3-horses', REACHES.perhaps),
  typedCard: secret('typed card', '4242 4242 4242 4242', REACHES.unmasked),
  typedNote: secret('typed SSN', '219-09-9999', REACHES.unmasked),

  // Rendered as text.
  textEmail: secret('e-mail in text', 'leon.marchetti@example.org'),
  textPhone: secret('phone in text', '(212) 555-0147'),
  textSsn: secret('SSN in text', '078-05-1120'),
  textIban: secret('IBAN in text', 'GB82 WEST 1234 5698 7654 32'),
  textIp: secret('IP in text', '203.0.113.77'),
  textCard: secret('card in text', '5555 5555 5555 4444'),
  titleEmail: secret('e-mail in the title', 'title.holder@example.org'),
  commentEmail: secret('e-mail in a comment', 'left.in.comment@example.org'),
  svgEmail: secret('e-mail in SVG text', 'drawn.name@example.org'),
  optionEmail: secret('e-mail in an option', 'second.choice@example.org'),
  privateName: secret('name under data-private', 'Ottoline Featherstone'),
  splitEmail: secret('e-mail split over inline nodes', 'split.apart@example.org', REACHES.perhaps),

  // In attributes.
  attributeTitle: secret('e-mail in title=', 'hover.text@example.org'),
  attributePlaceholder: secret('e-mail in placeholder=', 'example.user@example.net'),
  attributeData: secret('e-mail in data-*', 'data.attribute@example.org'),
  attributeAria: secret('phone in aria-label', '(415) 555-0198'),
  attributeHidden: secret('e-mail in a hidden input', 'hidden.field@example.org', REACHES.perhaps),
  linkEmail: secret('e-mail in a link', 'reset.me@example.org'),
  mailto: secret('e-mail in mailto:', 'write.to@example.org'),
  imageQuery: secret('e-mail in an image URL', 'avatar.of@example.org'),

  // In the address bar, and so in meta events, `$current_url` and Referer.
  pageQuery: secret('e-mail in the page URL', 'landing.mail@example.org'),
  routeQuery: secret('e-mail in a client-side route', 'route.mail@example.org'),
  cookie: secret('e-mail in a cookie', 'cookie.jar@example.org', REACHES.perhaps),

  // In what happens later.
  mutationEmail: secret('e-mail added later', 'added.later@example.org'),
  mutationText: secret('phone set later', '(646) 555-0122'),
  mutationAttribute: secret('e-mail set as an attribute', 'attribute.later@example.org'),
  consoleEmail: secret('e-mail in the console', 'console.log@example.org'),
  consoleObject: secret('card in a console object', '378282246310005'),
  requestBody: secret('e-mail in a request body', 'request.body@example.org'),
  requestQuery: secret('e-mail in a request URL', 'request.query@example.org'),
  requestHeader: secret('e-mail in a request header', 'request.header@example.org'),
  responsePhone: secret('phone in a response body', '(312) 555-0163'),
  responseEmail: secret('e-mail in a response body', 'response.body@example.org'),

  // In events of the app's own.
  eventProperty: secret('e-mail in an event property', 'order.placed@example.org'),
  personProperty: secret('e-mail in a person property', 'person.property@example.org'),
};

// What is typed into which field.
export const FORM = [
  { id: 'full-name', secret: SECRETS.typedName },
  { id: 'email', secret: SECRETS.typedEmail },
  { id: 'password', secret: SECRETS.typedPassword },
  { id: 'card', secret: SECRETS.typedCard },
  { id: 'note', secret: SECRETS.typedNote, around: ['My SSN is ', ', thank you'] },
];

// Text that must come through as it is, so that "drop everything" fails too.
export const HARMLESS = ['Quarterly statement', 'Order overview', 'Next delivery on Tuesday'];
