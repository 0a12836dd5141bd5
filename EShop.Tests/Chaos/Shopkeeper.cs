using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using EShop.Tests.Support;

namespace EShop.Tests.Chaos;

/// <summary>An admin who edits products and corrects their stock while they are sold.</summary>
internal sealed class Shopkeeper(Shopper self, IReadOnlyList<Guid> products, Random random)
{
    /// <summary>What was added to a product's stock, less what was taken.</summary>
    public ConcurrentDictionary<Guid, int> Corrected { get; } = [];

    public int Edits { get; private set; }

    public async Task Work(CancellationToken enough)
    {
        using var every = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await every.WaitForNextTickAsync(enough))
            {
                var product = products[random.Next(products.Count)];
                if (random.Next(2) == 0)
                    await Edit(product);
                else
                    await Correct(product, random.Next(-5, 11));
                Edits++;
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task Edit(Guid product)
    {
        var price = 10.00m + (random.Next(1000) / 100m);
        using var answer = await self.Repeat($"/api/products/{product}", new { name = string.Create(CultureInfo.InvariantCulture, $"Ware at {price}"), price }, method: HttpMethod.Put);
        answer.EnsureSuccessStatusCode();
    }

    private async Task Correct(Guid product, int delta)
    {
        if (delta == 0)
            return;
        using var answer = await self.Repeat($"/api/products/{product}/stock", new { delta, reason = "counted" });
        if (answer.StatusCode == HttpStatusCode.Conflict)
            return; // There is less than that which nobody has reserved.
        answer.EnsureSuccessStatusCode();
        Corrected.AddOrUpdate(product, delta, (_, before) => before + delta);
    }
}
