namespace EShop.Local.Stripe;

/// <summary><c>GET /</c>: the ledger for a person.</summary>
internal static class LedgerPage
{
    private const int Shown = 50;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", async (Ledger ledger, Faults faults) =>
    {
        var view = await LedgerView.Read(ledger);
        var paid = view.Charges.Where(charge => charge.Paid).ToList();
        return Page.Html("Ledger", $"""
            <p class="note">A sandbox that speaks Stripe's HTTP API on this machine. No money moves, and nothing here has been compared with the real Stripe.
            The whole ledger as JSON: <a href="/sandbox/ledger">/sandbox/ledger</a>.</p>
            <dl>
              <div><dt>Payment intents</dt><dd>{view.Intents.Count}</dd></div>
              <div><dt>Succeeded charges</dt><dd>{paid.Count}</dd></div>
              <div><dt>Declined charges</dt><dd>{view.Charges.Count - paid.Count}</dd></div>
              <div><dt>Refunds</dt><dd>{view.Refunds.Count}</dd></div>
              <div><dt>Webhooks pending</dt><dd>{view.Events.Count(pair => pair.Delivery is { IsPending: true })}</dd></div>
            </dl>
            {FaultSwitches.Html(faults)}
            {Table("Payment intents", "Created (UTC)|Intent|Order|Status|#Amount|", view.Intents, intent =>
                $"{Cell(Page.Time(intent.Created))}{Code(intent.Id)}{Code(intent.Metadata.GetValueOrDefault("orderId"))}{Cell(intent.Status)}{Number(intent.Amount, intent.Currency)}" +
                $"<td>{(intent.NextAction is { } next ? $"<a href=\"{Page.Text(next.RedirectToUrl.Url)}\">Answer the bank</a>" : "")}</td>")}
            {Table("Charges", "Created (UTC)|Charge|Intent|Card|Status|#Amount|#Refunded", view.Charges, charge =>
                $"{Cell(Page.Time(charge.Created))}{Code(charge.Id)}{Code(charge.PaymentIntent)}{Cell($"{charge.PaymentMethodDetails.Card.Brand} …{charge.PaymentMethodDetails.Card.Last4}")}" +
                $"{Cell(charge.FailureCode is null ? charge.Status : $"{charge.Status}: {charge.Outcome.Reason}")}{Number(charge.Amount, charge.Currency)}{Number(charge.AmountRefunded, charge.Currency)}")}
            {Table("Refunds", "Created (UTC)|Refund|Charge|Status|#Amount", view.Refunds, refund =>
                $"{Cell(Page.Time(refund.Created))}{Code(refund.Id)}{Code(refund.Charge)}{Cell(refund.Status)}{Number(refund.Amount, refund.Currency)}")}
            {Table("Events", "Created (UTC)|Event|Type|Delivery|#Tries|Last answer", view.Events, pair =>
                $"{Cell(Page.Time(pair.Event.Created))}{Code(pair.Event.Id)}{Cell(pair.Event.Type)}{Cell(pair.Delivery?.State ?? "no webhook configured")}<td class=\"n\">{pair.Delivery?.Attempts ?? 0}</td>{Cell(pair.Delivery?.LastAnswer)}")}
            """);
    });

    /// <summary>A heading and its newest rows. A column marked # holds numbers. The frame scrolls by keyboard, so it can be focused.</summary>
    private static string Table<T>(string title, string columns, IReadOnlyList<T> rows, Func<T, string> cells)
    {
        if (rows.Count == 0)
            return $"<h2>{title}</h2><p class=\"note\">None yet.</p>";
        var head = string.Concat(columns.Split('|').Select(column => column switch
        {
            "" => "<td></td>",
            ['#', .. var name] => $"<th scope=\"col\" class=\"n\">{name}</th>",
            _ => $"<th scope=\"col\">{column}</th>",
        }));
        var body = string.Concat(rows.Take(Shown).Select(row => $"<tr>{cells(row)}</tr>\n"));
        var more = rows.Count > Shown ? $"<p class=\"note\">The newest {Shown} of {rows.Count}.</p>" : "";
        return $"<h2>{title}</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>{more}";
    }

    private static string Cell(string? text) => $"<td>{Page.Text(text)}</td>";

    private static string Code(string? text) => $"<td><code>{Page.Text(text)}</code></td>";

    private static string Number(long minor, string currency) => $"<td class=\"n\">{Page.Money(minor, currency)}</td>";
}
