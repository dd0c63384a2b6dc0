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
<link rel="stylesheet" href="/api/docs/page.css">
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
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: -1,
  defaultModelExpandDepth: 3,
  requestSnippetsEnabled: false,
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

const STYLE = `
body { margin: 0; background: #fff; }
.swagger-ui .wrapper, .swagger-ui .information-container, .swagger-ui .scheme-container .schemes {
  max-width: 1100px; padding-inline: 20px;
}
.swagger-ui .info { margin: 32px 0 16px; }
.swagger-ui .info .title { font-size: 30px; }
.swagger-ui .info .renderedMarkdown h2 { margin: 24px 0 6px; font-size: 17px; }
.swagger-ui .info .renderedMarkdown p, .swagger-ui .info .renderedMarkdown li { margin: 0 0 8px; max-width: 78ch; line-height: 1.55; }
.swagger-ui .info .renderedMarkdown ul { margin: 0 0 8px; padding-left: 22px; }
.swagger-ui .renderedMarkdown code { padding: 1px 5px; color: #2b3442; background: #eef0f3; font-weight: 500; }
.swagger-ui .info .renderedMarkdown pre code { display: block; overflow-x: auto; padding: 10px 12px; border-radius: 6px; }
.swagger-ui .scheme-container { margin: 0 0 12px; padding: 12px 0; box-shadow: none; border-block: 1px solid #e3e6ea; }
.swagger-ui .opblock-tag { padding: 10px 8px; font-size: 18px; gap: 4px 12px; }
.swagger-ui .opblock-tag small { font-size: 14px; color: #4f5866; }
.swagger-ui .opblock { margin: 0 0 8px; box-shadow: none; }
.swagger-ui .opblock .opblock-summary-description { color: #333b47; }
.swagger-ui .opblock-description-wrapper p { max-width: 78ch; line-height: 1.5; }
.swagger-ui .filter .operation-filter-input { max-width: 420px; width: 100%; margin: 8px 0; }
.swagger-ui .response-col_links { display: none; }
/* Errors all look the same: the first of them shows how, the others say what they mean. */
.swagger-ui tr.response:is([data-code^="4"], [data-code^="5"]):not([data-code="400"]) :is(.response-controls, .model-example, .response__extension) {
  display: none;
}
.swagger-ui .response-col_status { font-weight: 600; }
.swagger-ui .parameters-col_description input[type="text"] { max-width: 100%; }
@media (max-width: 640px) {
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-tag small { flex-basis: 100%; order: 3; padding: 0; }
  .swagger-ui table.responses-table, .swagger-ui .parameters { display: block; overflow-x: auto; }
}
`;

/** Readable API documentation at `/api/docs`, all of it served from here. */
export function docsPage(): Router {
  const router = express.Router();
  router.get('/', (_req, res) => {
    res.type('html').send(PAGE);
  });
  router.get('/page.css', (_req, res) => {
    res.type('css').send(STYLE);
  });
  router.get('/start.js', (_req, res) => {
    res.type('js').send(START);
  });
  router.use(express.static(absolutePath(), { index: false, maxAge: '1d' }));
  return router;
}
