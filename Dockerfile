# The hosts of docs/hosts.md: docker build -t sheep-shed-hosts:0.1.0 . && docker run --read-only sheep-shed-hosts:0.1.0 --help
# Both stages name one version of Node; who builds for a registry pins its digest too.
FROM node:24.21.0-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY packages packages
COPY lab/package.json lab/
# Scripts of packages only fetch a second Node and warm caches.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY deploy/sbom.ts deploy/crates.ts deploy/
COPY src src
RUN npm run bundle && npm run --silent sbom -- --stack ts > dist/sbom.cdx.json

FROM node:24.21.0-trixie-slim
LABEL org.opencontainers.image.title="sheep-shed-hosts" \
      org.opencontainers.image.description="The functions of Sheep Shed behind HTTP, SQS or AMQP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0" \
      sheep-shed.sbom.cyclonedx="/app/sbom.cdx.json"
WORKDIR /app
# What makes portraits is native code, so it stays beside the bundle.
COPY --from=build /build/node_modules/sharp node_modules/sharp
COPY --from=build /build/node_modules/@img node_modules/@img
COPY --from=build /build/node_modules/detect-libc node_modules/detect-libc
COPY --from=build /build/node_modules/semver node_modules/semver
COPY --from=build /build/dist/host.mjs /build/dist/sbom.cdx.json ./
ENV NODE_ENV=production HOST_LOGS=- HOST_ADDRESS=0.0.0.0 PORT=8080
# The user `node`, by number so that Kubernetes sees that it is not root. Nothing is written to the file system.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/liveness`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/host.mjs"]
CMD ["container"]
