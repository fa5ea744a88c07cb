# syntax=docker/dockerfile:1

# Two stages: build with the toolchain, ship the binary alone.
#
#   docker build -t blackbar .
#   docker run --read-only -p 8000:8000 \
#     -v ./blackbar.toml:/etc/blackbar/blackbar.toml:ro -v blackbar:/var/lib/blackbar blackbar

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --bin blackbar \
    && install -D target/dist/blackbar /out/usr/local/bin/blackbar
# The one folder that is written to. A new volume takes its owner from it.
RUN install -d -m 0750 -o 65532 -g 65532 /out/var/lib/blackbar/audit

FROM debian:bookworm-slim
COPY --from=build /out/usr/ /usr/
COPY --from=build --chown=65532:65532 /out/var/lib/blackbar/ /var/lib/blackbar/
# A number, so that an orchestrator can tell that it is not root.
USER 65532:65532
VOLUME /var/lib/blackbar
# SDKs. The admin listener stays on the loopback unless `admin.address` says otherwise.
EXPOSE 8000
# SIGTERM drains: no new requests, those under way are answered and recorded.
STOPSIGNAL SIGTERM
# Asks the admin listener where it is by default. Perl's base is part of every Debian image, so that
# no client for HTTP has to be installed. Orchestrators probe /healthz and /readyz themselves.
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
    CMD ["perl", "-MIO::Socket::INET", "-e", "my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1:8001', Timeout => 2) or exit 1; print $s \"GET /healthz HTTP/1.0\\r\\n\\r\\n\"; exit(<$s> =~ m{^HTTP/1.. 200 } ? 0 : 1)"]
ENTRYPOINT ["/usr/local/bin/blackbar"]
CMD ["serve", "--config", "/etc/blackbar/blackbar.toml"]
