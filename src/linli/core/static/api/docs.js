"use strict";
// Starts Swagger UI. A person who is signed in tries as themselves, so changes carry the CSRF token of the page.
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  url: place.dataset.document,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
  requestInterceptor: (request) => {
    if (place.dataset.csrf) request.headers["X-CSRFToken"] = place.dataset.csrf;
    return request;
  },
});
