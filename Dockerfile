# The server on standard input and output: docker run --rm --interactive
FROM node:24-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --no-audit --no-fund && npm pack --ignore-scripts --pack-destination /tmp

FROM node:24-slim
RUN --mount=type=bind,from=build,source=/tmp,target=/packed \
    npm install --global --ignore-scripts --no-audit --no-fund /packed/breakwater-mcp-*.tgz \
    && npm cache clean --force \
    && install --directory --owner=node --group=node --mode=1777 /data
# Everybody may write to /data: --user is often the owner of a mounted project.
USER node
WORKDIR /data
ENV BREAKWATER_DB=/data/breakwater.db
VOLUME /data
# Without a shell and without npm between: signals reach the server.
ENTRYPOINT ["node", "/usr/local/lib/node_modules/breakwater-mcp/bin/breakwater.mjs"]
