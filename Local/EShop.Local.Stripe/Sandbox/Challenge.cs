namespace EShop.Local.Stripe;

/// <summary>The bank's question, standing in for 3-D Secure: a page with two buttons. The answer charges the intent or fails it, once.</summary>
internal static class Challenge
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/challenge/{id}", Ask);
        routes.MapPost("/sandbox/challenge/{id}", Answer);
    }

    private static IResult Ask(string id, Ledger ledger)
    {
        var (intent, _) = ledger.Execute(_ => ledger.PaymentIntents.TryGet(id, out var found) ? found : null);
        return intent switch
        {
            null => Page.Html("No such payment", "<p>There is no such payment.</p>", 404),
            { Status: not IntentStatus.RequiresAction } => Page.Html("Nothing to confirm", $"<p>This payment is <b>{Page.Text(intent.Status)}</b>: there is nothing to confirm.</p>"),
            _ => Page.Html("Confirm the payment", $"""
                <p>Your bank asks: do you want to pay <b>{Page.Money(intent.Amount, intent.Currency)}</b>?</p>
                <p class="note">This page stands in for 3-D Secure. No bank is asked and no money moves.</p>
                <form method="post">
                  <button name="outcome" value="approve">Approve</button>
                  <button name="outcome" value="fail" class="quiet">Fail</button>
                </form>
                """),
        };
    }

    private static async Task<IResult> Answer(string id, HttpRequest request, Ledger ledger)
    {
        var outcome = request.HasFormContentType ? (await request.ReadFormAsync())["outcome"].ToString() : "";
        if (outcome is not ("approve" or "fail"))
            return Page.Html("Not understood", "<p>The outcome is <code>approve</code> or <code>fail</code>.</p>", 400);
        var (asked, durable) = ledger.Execute(commit =>
        {
            if (!ledger.PaymentIntents.TryGet(id, out var intent) || intent.Status != IntentStatus.RequiresAction)
                return intent;
            var method = ledger.PaymentMethods[intent.PaymentMethod!];
            if (outcome == "approve")
                Confirmation.Charge(commit, intent, method, caller: null);
            else
                Confirmation.FailAuthentication(commit, intent, method);
            return intent;
        });
        await durable;
        if (asked?.NextAction?.RedirectToUrl.ReturnUrl is not { } back)
            return Ask(id, ledger);
        var query = $"payment_intent={asked.Id}&payment_intent_client_secret={asked.ClientSecret}&redirect_status={(outcome == "approve" ? "succeeded" : "failed")}";
        return Results.Redirect(back + (new Uri(back).Query.Length > 0 ? "&" : "?") + query);
    }
}
