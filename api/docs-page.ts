import type { Router } from 'express';
import express from 'express';
import { absolutePath } from 'swagger-ui-dist';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flotilla API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

// The page's own script is a file, because the content security policy allows no inline scripts.
const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    if (request.method && !['GET', 'HEAD'].includes(request.method.toUpperCase())) {
      const me = await fetch('/api/auth/me');
      if (me.ok) request.headers['x-csrf-token'] = (await me.json()).csrf;
    }
    return request;
  },
});
`;

/** Readable API documentation at `/api/docs`, all of it served from here. */
export function docsPage(): Router {
  const router = express.Router();
  router.get('/', (_req, res) => {
    res.type('html').send(PAGE);
  });
  router.get('/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  router.use(express.static(absolutePath(), { index: false, maxAge: '1d' }));
  return router;
}
