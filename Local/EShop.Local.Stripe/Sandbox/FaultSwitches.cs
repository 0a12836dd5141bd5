using System.Globalization;

namespace EShop.Local.Stripe;

/// <summary>The fault switches on the ledger's page, for a person: what <c>POST /sandbox/faults</c> is for a program.</summary>
internal static class FaultSwitches
{
    private static readonly (string Value, string Text)[] Calls =
    [
        ("/v1/", "anything"), ("/v1/payment_intents", "payment intents"), ("/v1/payment_intents/*/confirm", "confirming an intent"), ("/v1/payment_intents/*/cancel", "canceling an intent"),
        ("/v1/refunds", "refunds"), ("/v1/disputes", "disputes"), ("/v1/customers", "customers"),
    ];

    private static readonly (string Value, string Text)[] Troubles =
        [("delay", "is answered 6 s late"), ("drop", "has its connection cut"), ("429", "is answered 429"), ("500", "is answered 500")];

    private static readonly (string Value, string Text)[] Times = [("before", "before anything is done"), ("after", "after it is done")];

    private static readonly (string Value, string Text)[] WebhookFaults =
        [("On", "as they should be"), ("Off", "never"), ("Duplicate", "twice"), ("Late", "five seconds late"), ("Reordered", "in any order")];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sandbox/switches", async (HttpRequest request, Faults faults) =>
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
        if (form["switch"] == "disarm")
            faults.Reset();
        else if (form["switch"] == "webhooks" && Enum.TryParse<WebhookFault>(form["webhooks"], out var webhooks) && Enum.IsDefined(webhooks))
            faults.Arm(new Fault(Webhooks: webhooks));
        else if (form["switch"] == "arm" && Read(form) is { } fault && fault.Problem() is null)
            faults.Arm(fault);
        else
            return Page.Html("Not understood", "<p>Choose one of the switches on <a href=\"/\">the ledger's page</a>.</p>", 400);
        return Results.Redirect("/#trouble");
    });

    public static string Html(Faults faults)
    {
        var webhooks = faults.Webhooks.ToString();
        return $"""
            <h2 id="trouble">Trouble to come</h2>
            <p role="status">{(faults.Armed.Count == 0 ? "No call meets any." : string.Join("<br>", faults.Armed.Select(Told)))}</p>
            <form method="post" action="/sandbox/switches" class="switches">
              {Select("calls", "The next", [("1", "one"), ("3", "three"), ("1000", "thousand")])}
              {Select("path", "call(s) about", Calls)}
              {Select("trouble", "each", Troubles)}
              {Select("when", "", Times, "When")}
              <button name="switch" value="arm">Arm</button>
            </form>
            <form method="post" action="/sandbox/switches" class="switches">
              {Select("webhooks", "Webhooks come", WebhookFaults, selected: webhooks)}
              <button name="switch" value="webhooks">Switch</button>
              <button name="switch" value="disarm" class="quiet">Disarm all</button>
            </form>
            """;
    }

    private static Fault? Read(IFormCollection form)
    {
        if (!int.TryParse(form["calls"], CultureInfo.InvariantCulture, out var calls) || !Enum.TryParse<FaultTime>(form["when"], ignoreCase: true, out var when) || !Enum.IsDefined(when))
            return null;
        var fault = new Fault(form["path"].ToString(), Calls: calls, When: when);
        return form["trouble"].ToString() switch
        {
            "delay" => fault with { DelayMs = 6_000 },
            "drop" => fault with { Drop = true },
            "429" => fault with { Status = 429 },
            "500" => fault with { Status = 500 },
            _ => null,
        };
    }

    private static string Told(Fault fault)
    {
        var trouble = fault switch { { Drop: true } => "connection cut", { Status: { } status } => $"{status}", _ => $"{fault.DelayMs / 1000.0:0.#} s late" };
        return $"<code>{Page.Text($"{fault.Method} {fault.Path}".Trim())}</code> × {fault.Calls}: {trouble}, {(fault.When == FaultTime.Before ? "before" : "after")} it is done"
            + (fault.Order is null ? "" : $", order <code>{Page.Text(fault.Order)}</code>") + (fault.Email is null ? "" : $", <code>{Page.Text(fault.Email)}</code>");
    }

    private static string Select(string name, string label, IEnumerable<(string Value, string Text)> options, string? ariaLabel = null, string? selected = null) =>
        $"<label>{label} <select name=\"{name}\"{(ariaLabel is null ? "" : $" aria-label=\"{ariaLabel}\"")}>"
        + string.Concat(options.Select(option => $"<option value=\"{option.Value}\"{(option.Value == selected ? " selected" : "")}>{option.Text}</option>")) + "</select></label>";
}
