using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Chaos;

/// <summary>
/// G1, G2, G3, G7, G8, G10, G18 at once: many clients buy, cancel and get refunds, an admin edits products and their stock, and meanwhile processes are killed, stopped and frozen, Redis
/// and Postgres go away, Redis forgets everything, and Stripe answers wrongly. Then the books have to agree. The long form is <c>./eshop chaos</c>.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests(Shop shop)
{
    private const int Clients = 16;

    [Fact(Explicit = true)]
    public Task As_long_as_it_is_asked_for_nothing_is_lost_and_nothing_done_twice() => Run(
        Script.Of(Setting("SCRIPT") ?? "everything"), int.Parse(Setting("SEED") ?? "1", CultureInfo.InvariantCulture),
        TimeSpan.FromMinutes(double.Parse(Setting("MINUTES") ?? "1", CultureInfo.InvariantCulture)), Console.WriteLine);

    private async Task Run(Script script, int seed, TimeSpan time, Action<string> say)
    {
        say($"seed {seed}, script {script.Name}, {time.TotalMinutes.ToString(CultureInfo.InvariantCulture)} min, {shop.Processes("cart").Count} replicas of each service, {Clients} clients");
        var (witness, sales, gateway) = (new Witness(), new ConcurrentQueue<Sale>(), shop.Address("web"));
        var stock = await Products();
        var admin = new Shopper(new Customer(Session.Client(gateway, Shop.AdminEmail, Shop.AdminPassword, witness), Guid.Empty, "", "", ""), Patience);
        var shopkeeper = new Shopkeeper(admin, [.. stock.Keys], new Random(seed));
        var buyers = new List<Buyer>();
        for (var n = 0; n < Clients; n++)
        {
            var customer = await shop.Customer();
            var session = customer with { Client = Session.Client(gateway, customer.Email, customer.Password, witness) };
            buyers.Add(new(customer.Id, new Shopper(session, Patience), admin, [.. stock.Keys], new Random(unchecked((seed * 1000) + n)), leaves: Shop.IsDoubled));
        }

        var since = TimeProvider.System.GetTimestamp();
        var disasters = new Disasters(shop, script, seed, what => say(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(since):mm\\:ss}  {what}")));
        using var enough = new CancellationTokenSource(time);
        var striking = Task.Run(() => disasters.Strike(enough.Token));
        var clients = Task.WhenAll(buyers.Select(buyer => Task.Run(() => buyer.Trade(sales, enough.Token))).Append(Task.Run(() => shopkeeper.Work(enough.Token))));
        await Task.WhenAll(striking, clients);

        foreach (var (product, pieces) in shopkeeper.Corrected)
            stock[product] += pieces;
        var books = new Books(shop, sales, stock, disasters.Happened.GetValueOrDefault(Disaster.KillPostgres));
        await books.Check();
        foreach (var wrong in witness.Wrong)
            books.Figures.Wrong(wrong);
        say(string.Create(CultureInfo.InvariantCulture, $"{witness.Answers} answers, the slowest after {witness.Slowest.TotalSeconds:0.0} s; {witness.Cut} requests cut; {shopkeeper.Edits} edits of products"));
        say(string.Join(", ", disasters.Happened.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}")));
        say(books.Figures.ToString());
        Assert.True(books.Figures.Broken.Count == 0, $"With the seed {seed}: {string.Join('\n', books.Figures.Broken)}");
        Assert.NotEmpty(sales);
    }

    // An answer has time to come through more than one disaster.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static string? Setting(string name) => Environment.GetEnvironmentVariable($"ESHOP_CHAOS_{name}");

    /// <summary>Some of which there is always enough, and some that run out.</summary>
    private async Task<Dictionary<Guid, int>> Products()
    {
        using var admin = await shop.Admin();
        var stock = new Dictionary<Guid, int>();
        foreach (var pieces in (int[])[100_000, 100_000, 10_000, 200, 50, 20])
        {
            using var answer = await admin.PostAsJsonAsync("/api/products", new { name = $"Ware {Guid.NewGuid():N}", price = 12.50m, stock = pieces }, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            stock[(await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid()] = pieces;
        }

        return stock;
    }
}
