using System.Text.Json.Nodes;

namespace EShop.Local.Stripe;

/// <summary>All that was paid, as one picture: what checks from outside compare the shop's own books with.</summary>
internal sealed record LedgerView(
    IReadOnlyList<PaymentIntent> Intents, IReadOnlyList<Charge> Charges, IReadOnlyList<Refund> Refunds, IReadOnlyList<(Event Event, Delivery? Delivery)> Events)
{
    public static async Task<LedgerView> Read(Ledger ledger, string? orderId = null)
    {
        var (view, durable) = ledger.Execute(_ =>
        {
            bool Mine(IReadOnlyDictionary<string, string> metadata) => orderId is null || metadata.GetValueOrDefault("orderId") == orderId;
            var charges = ledger.Charges.NewestFirst().Where(charge => Mine(charge.Metadata)).ToList();
            return new LedgerView(
                [.. ledger.PaymentIntents.NewestFirst().Where(intent => Mine(intent.Metadata))],
                charges,
                [.. orderId is null ? ledger.Refunds.NewestFirst() : charges.SelectMany(charge => ledger.Refunds.NewestFirst(charge.Id))],
                [.. ledger.Events.NewestFirst().Where(happened => orderId is null || happened.Data.OrderOf(ledger.Find) == orderId)
                    .Select(happened => (happened, ledger.Deliveries.TryGet(happened.Id, out var delivery) ? delivery : null))]);
        });
        await durable;
        return view;
    }

    /// <summary>What each order was charged and given back, by <c>metadata[orderId]</c>.</summary>
    public IEnumerable<OrderTotal> Orders()
    {
        var refunded = Refunds.Where(refund => refund.Status == "succeeded").ToLookup(refund => refund.Charge, refund => refund.Amount);
        var charges = Charges.ToLookup(charge => charge.PaymentIntent);
        return Intents.Where(intent => intent.Metadata.ContainsKey("orderId")).GroupBy(intent => (intent.Metadata["orderId"], intent.Currency)).Select(order =>
        {
            var paid = order.SelectMany(intent => charges[intent.Id]).Where(charge => charge.Paid).ToList();
            return new OrderTotal(order.Key.Item1, order.Key.Currency, order.Count(), paid.Count,
                order.SelectMany(intent => charges[intent.Id]).Count(charge => !charge.Paid), paid.Sum(charge => charge.AmountCaptured), paid.Sum(charge => refunded[charge.Id].Sum()));
        });
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sandbox/ledger", async (Ledger ledger, string? orderId) =>
    {
        var view = await Read(ledger, orderId);
        return Results.Text(new JsonObject
        {
            ["intents"] = new JsonArray([.. view.Intents.Select(Json.Node)]),
            ["charges"] = new JsonArray([.. view.Charges.Select(Json.Node)]),
            ["refunds"] = new JsonArray([.. view.Refunds.Select(Json.Node)]),
            ["events"] = new JsonArray([.. view.Events.Select(pair => WithDelivery(pair.Event, pair.Delivery))]),
            ["orders"] = new JsonArray([.. view.Orders().Select(order => (JsonNode)new JsonObject
            {
                ["orderId"] = order.OrderId,
                ["currency"] = order.Currency,
                ["intents"] = order.Intents,
                ["succeededCharges"] = order.SucceededCharges,
                ["failedCharges"] = order.FailedCharges,
                ["charged"] = order.Charged,
                ["refunded"] = order.Refunded,
                ["net"] = order.Charged - order.Refunded,
            })]),
        }.ToJsonString(), "application/json");
    });

    private static JsonNode WithDelivery(Event happened, Delivery? delivery)
    {
        var node = Json.Node(happened with { PendingWebhooks = delivery is { IsPending: true } ? 1 : 0 });
        node["delivery"] = delivery is null ? null : new JsonObject
        {
            ["state"] = delivery.State,
            ["attempts"] = delivery.Attempts,
            ["copies"] = delivery.Copies,
            ["lastAnswer"] = delivery.LastAnswer,
        };
        return node;
    }
}

/// <summary>One order's money in minor units.</summary>
internal sealed record OrderTotal(string OrderId, string Currency, int Intents, int SucceededCharges, int FailedCharges, long Charged, long Refunded);
