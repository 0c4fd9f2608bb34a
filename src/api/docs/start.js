/** The document as it reads best: a query once, whose description says that POST does the same. */
async function readDocument() {
  const response = await fetch("/openapi.json");
  if (response.status === 503) {
    document.querySelector("#reference").textContent = "The gateway is starting …";
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return await readDocument();
  }
  const openApi = await response.json();
  for (const operations of Object.values(openApi.paths)) {
    const { get, post } = operations;
    if (get && post && post.operationId === get.operationId.replace(/^get/, "post")) delete operations.post;
  }
  return openApi;
}

/** Swagger UI's list of answers, with the problems folded away. */
function foldProblems({ React }) {
  return {
    wrapComponents: {
      responses: (Responses) =>
        function FoldedResponses(props) {
          const [isOpen, setOpen] = React.useState(false);
          const isProblem = (_, status) => Number(status) >= 400;
          const problems = props.responses.filter(isProblem);
          const shown = isOpen ? props.responses : props.responses.filterNot(isProblem);
          return React.createElement(
            "div",
            null,
            React.createElement(Responses, { ...props, responses: shown }),
            problems.size > 0 && React.createElement(
              "button",
              { className: "btn problems", type: "button", onClick: () => setOpen(!isOpen) },
              `${isOpen ? "Hide problems" : "Problems"}: ${[...problems.keys()].join(", ")}`,
            ),
          );
        },
    },
  };
}

/** Lets the reader ask as any of the demo tenants. */
function chooseTenant(reference) {
  const select = document.createElement("select");
  for (const { tenantId, token } of demoTokens) select.append(new Option(tenantId, token));
  select.onchange = () => reference.preauthorizeApiKey("bearer", select.value);
  const label = document.createElement("label");
  label.append("Demo tenant ", select);
  document.querySelector("#bar").prepend(label);
  select.onchange();
}

const reference = SwaggerUIBundle({
  spec: await readDocument(),
  dom_id: "#reference",
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  plugins: [foldProblems],
  onComplete() {
    if (demoTokens.length) chooseTenant(reference);
  },
});
