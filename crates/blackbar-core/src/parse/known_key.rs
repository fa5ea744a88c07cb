//! The well-known keys of events, numbered.
//!
//! The parser looks a key up once; everything after it compares numbers. A key written with escapes
//! gets the number of its decoded text.
//!
//! Does not define what a key means. A key that is missing here is [`KnownKey::Other`].

use crate::text::lookup::Lookup;

macro_rules! words {
    ($($word:ident $text:literal,)*) => {
        /// A well-known key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum KnownKey {
            /// Any other key.
            Other,
            $($word,)*
        }

        static ALL: &[KnownKey] = &[$(KnownKey::$word,)*];
        static TEXTS: &[&str] = &[$($text,)*];
    };
}

words! {
    Accept "accept",
    Action "action",
    Adds "adds",
    Alt "alt",
    Archive "archive",
    Args "args",
    AriaControls "aria-controls",
    AriaCurrent "aria-current",
    AriaDescribedby "aria-describedby",
    AriaExpanded "aria-expanded",
    AriaHaspopup "aria-haspopup",
    AriaHidden "aria-hidden",
    AriaLabel "aria-label",
    AriaLabelledby "aria-labelledby",
    AriaLive "aria-live",
    AriaModal "aria-modal",
    AriaOwns "aria-owns",
    AriaSelected "aria-selected",
    ArrayValue "arrayValue",
    Attributes "attributes",
    Autocomplete "autocomplete",
    Background "background",
    BoolValue "boolValue",
    BytesValue "bytesValue",
    Charset "charset",
    Checked "checked",
    ChildNodes "childNodes",
    Cite "cite",
    Class "class",
    ClipRule "clip-rule",
    Codebase "codebase",
    Colspan "colspan",
    Commands "commands",
    CompatMode "compatMode",
    ConnectEnd "connectEnd",
    ConnectStart "connectStart",
    Content "content",
    ContentEncoding "contentEncoding",
    ContentType "contentType",
    Contenteditable "contenteditable",
    Crossorigin "crossorigin",
    CssText "_cssText",
    CurrentTime "currentTime",
    Cv "cv",
    Cx "cx",
    Cy "cy",
    D "d",
    Data "data",
    DataRrIsPassword "data-rr-is-password",
    DataState "data-state",
    DataTestid "data-testid",
    DecodedBodySize "decodedBodySize",
    Define "define",
    Delay "delay",
    DeliveryType "deliveryType",
    Dir "dir",
    Disabled "disabled",
    DomainLookupEnd "domainLookupEnd",
    DomainLookupStart "domainLookupStart",
    DominantBaseline "dominant-baseline",
    DoubleValue "doubleValue",
    Duration "duration",
    Dx "dx",
    Dy "dy",
    EncodedBodySize "encodedBodySize",
    End "end",
    EndOffset "endOffset",
    EndTime "endTime",
    EntryType "entryType",
    FetchStart "fetchStart",
    Field "field",
    Fill "fill",
    FillOpacity "fill-opacity",
    FillRule "fill-rule",
    FinalResponseHeadersStart "finalResponseHeadersStart",
    FirstInterimResponseStart "firstInterimResponseStart",
    Focusable "focusable",
    FontSize "font-size",
    For "for",
    Form "form",
    Formaction "formaction",
    Fx "fx",
    Fy "fy",
    GradientTransform "gradientTransform",
    GradientUnits "gradientUnits",
    Headers "headers",
    Height "height",
    HlsSrc "hls-src",
    Href "href",
    HttpEquiv "http-equiv",
    Id "id",
    Imagesrcset "imagesrcset",
    InitialOffset "initialOffset",
    InitiatorType "initiatorType",
    Inputmode "inputmode",
    IntValue "intValue",
    Integrity "integrity",
    IsAttachIframe "isAttachIframe",
    IsChecked "isChecked",
    IsCustom "isCustom",
    IsInitial "isInitial",
    IsShadow "isShadow",
    IsShadowHost "isShadowHost",
    IsStyle "isStyle",
    IsSvg "isSVG",
    Key "key",
    KvlistValue "kvlistValue",
    Label "label",
    Lang "lang",
    Left "left",
    Level "level",
    List "list",
    Longdesc "longdesc",
    Loop "loop",
    Manifest "manifest",
    MarkerHeight "markerHeight",
    MarkerWidth "markerWidth",
    Maxlength "maxlength",
    Media "media",
    Method "method",
    Muted "muted",
    Name "name",
    NavigationId "navigationId",
    NeedBlock "needBlock",
    NextHopProtocol "nextHopProtocol",
    NextId "nextId",
    Node "node",
    NodeId "nodeId",
    Offset "offset",
    Opacity "opacity",
    ParentId "parentId",
    Path "path",
    PathLength "pathLength",
    PatternTransform "patternTransform",
    PatternUnits "patternUnits",
    Payload "payload",
    Ping "ping",
    Placeholder "placeholder",
    PlaybackRate "playbackRate",
    Plugin "plugin",
    PointerType "pointerType",
    Points "points",
    Positions "positions",
    Poster "poster",
    PreserveAspectRatio "preserveAspectRatio",
    PreviousId "previousId",
    Property "property",
    PublicId "publicId",
    R "r",
    Ranges "ranges",
    RedirectEnd "redirectEnd",
    RedirectStart "redirectStart",
    RefX "refX",
    RefY "refY",
    Rel "rel",
    Removes "removes",
    RenderBlockingStatus "renderBlockingStatus",
    RequestBody "requestBody",
    RequestHeaders "requestHeaders",
    RequestStart "requestStart",
    Requests "requests",
    ResponseBody "responseBody",
    ResponseEnd "responseEnd",
    ResponseHeaders "responseHeaders",
    ResponseStart "responseStart",
    ResponseStatus "responseStatus",
    Role "role",
    RootId "rootId",
    RrDataURL "rr_dataURL",
    RrHeight "rr_height",
    RrScrollLeft "rr_scrollLeft",
    RrScrollTop "rr_scrollTop",
    RrSrc "rr_src",
    RrWidth "rr_width",
    RrwebOriginalSrc "rrweb-original-src",
    Rx "rx",
    Ry "ry",
    SecureConnectionStart "secureConnectionStart",
    Selected "selected",
    ServerTiming "serverTiming",
    Sid "_sid",
    Source "source",
    Src "src",
    Srcset "srcset",
    Start "start",
    StartOffset "startOffset",
    StartTime "startTime",
    Status "status",
    StopColor "stop-color",
    StopOpacity "stop-opacity",
    StreamId "streamId",
    StringValue "stringValue",
    Stroke "stroke",
    StrokeDasharray "stroke-dasharray",
    StrokeDashoffset "stroke-dashoffset",
    StrokeLinecap "stroke-linecap",
    StrokeLinejoin "stroke-linejoin",
    StrokeMiterlimit "stroke-miterlimit",
    StrokeOpacity "stroke-opacity",
    StrokeWidth "stroke-width",
    Style "style",
    SystemId "systemId",
    Tabindex "tabindex",
    Tag "tag",
    TagName "tagName",
    Target "target",
    Text "text",
    TextAnchor "text-anchor",
    TextContent "textContent",
    TextLength "textLength",
    Texts "texts",
    TimeOffset "timeOffset",
    TimeOrigin "timeOrigin",
    Timestamp "timestamp",
    Title "title",
    Top "top",
    Trace "trace",
    TransferSize "transferSize",
    Transform "transform",
    Type "type",
    Updates "updates",
    UserTriggered "userTriggered",
    Val "val",
    Value "value",
    Values "values",
    ViewBox "viewBox",
    Volume "volume",
    Width "width",
    WindowId "windowId",
    Wireframe "wireframe",
    Wireframes "wireframes",
    WorkerCacheLookupStart "workerCacheLookupStart",
    WorkerFinalSourceType "workerFinalSourceType",
    WorkerMatchedSourceType "workerMatchedSourceType",
    WorkerRouterEvaluationStart "workerRouterEvaluationStart",
    WorkerStart "workerStart",
    X "x",
    X1 "x1",
    X2 "x2",
    XlinkHref "xlink:href",
    Xmlns "xmlns",
    Y "y",
    Y1 "y1",
    Y2 "y2",
}

static LOOKUP: Lookup<1024> = Lookup::new(TEXTS);

impl KnownKey {
    /// Number of variants.
    pub(crate) const N: usize = TEXTS.len() + 1;

    /// The variant of a key; `Other` if it is not well known.
    #[inline]
    pub(crate) fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// [`Self::of`], from bytes.
    #[inline]
    pub(crate) fn of_bytes(text: &[u8]) -> Self {
        LOOKUP.find(text).and_then(|idx| ALL.get(idx)).map_or(Self::Other, |word| *word)
    }

    /// All variants with their text, in order.
    pub(crate) fn all() -> impl Iterator<Item = (Self, &'static str)> {
        std::iter::once((Self::Other, "")).chain(ALL.iter().copied().zip(TEXTS.iter().copied()))
    }

    /// Its text; empty for `Other`.
    pub(crate) fn text(self) -> &'static str {
        (self as usize).checked_sub(1).and_then(|idx| TEXTS.get(idx)).map_or("", |text| *text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_number() {
        for (number, (word, text)) in KnownKey::all().enumerate() {
            assert_eq!((KnownKey::of(text), word as usize, word.text()), (word, number, text));
        }
        assert_eq!(["", "Id", "datum"].map(KnownKey::of), [KnownKey::Other; 3]);
    }
}
