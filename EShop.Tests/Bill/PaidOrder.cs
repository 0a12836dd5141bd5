using System.Net.Http.Headers;
using System.Text.Json;
using EShop.Contracts;
using EShop.Messaging;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>Orders as Bill hears of them: charged in the sandbox, and told by Cart and Payment.</summary>
internal static class PaidOrder
{
    public static Order Of(Customer customer, string locale, params OrderLine[] lines) => new(
        Guid.CreateVersion7(), customer.Id, new("José Núñez Ibáñez", customer.Email), null, locale, "EUR", lines, lines.Sum(line => line.UnitPrice * line.Quantity));

    /// <summary>A charge of the sandbox; its id.</summary>
    public static async Task<string> ChargeAsync(Shop shop, long amount)
    {
        using var stripe = shop.Client("stripe");
        stripe.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_sandbox");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["amount"] = amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["currency"] = "eur",
            ["confirm"] = "true",
            ["payment_method"] = "pm_card_visa",
            ["automatic_payment_methods[enabled]"] = "true",
            ["automatic_payment_methods[allow_redirects]"] = "never",
        });
        using var answer = await stripe.PostAsync("/v1/payment_intents", form, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        using var intent = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return intent.RootElement.GetProperty("latest_charge").GetString()!;
    }

    public static async Task<PaymentSucceeded> PayAsync(Shop shop, Order order)
    {
        var paid = new PaymentSucceeded(order, "pi_1", await ChargeAsync(shop, order.Total), DateTimeOffset.UtcNow);
        await TellAsync(shop, paid);
        return paid;
    }

    /// <summary>As if the publishing service had: nobody but its relay writes the stream. The event's id.</summary>
    public static async Task<Guid> TellAsync<TEvent>(Shop shop, TEvent happened)
        where TEvent : IEvent<TEvent>
    {
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(),
            Type = TEvent.Type,
            Subject = happened.Subject,
            Time = DateTimeOffset.UtcNow,
            Data = JsonSerializer.Serialize(happened, EventJson.Options),
        };
        await using var database = await shop.Database($"{TEvent.Publisher}db");
        await using var batch = new NpgsqlBatch(database) { BatchCommands = { message.ToInsert() } };
        await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return message.Id;
    }
}
