using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using EShop.Tests.Bill;
using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S6: an invoice is no browser. Markup in whatever name somebody may choose is printed as text, and nobody is called.</summary>
public sealed class S6MarkupTests(Shop shop) : IAsyncLifetime
{
    private readonly TcpListener _canary = new(IPAddress.Loopback, 0);
    private string _address = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _canary.Start();
        _address = $"127.0.0.1:{((IPEndPoint)_canary.LocalEndpoint).Port}";
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _canary.Dispose();
        return ValueTask.CompletedTask;
    }

    private string[] Traps =>
    [
        $"<script>location='http://{_address}'</script>", $"<img src=http://{_address}/x>", $"<img src=x onerror=fetch('//{_address}')>", "<iframe src=file:///etc/passwd>",
        $"</style><style>@import url(http://{_address}/y);</style>", $"<link rel=stylesheet href=//{_address}>", $"<meta http-equiv=refresh content=0;url=//{_address}>", "&lt;b&gt; &amp; <!--", "{{7*7}} @(7*7)",
    ];

    [Fact]
    public async Task Markup_in_the_name_of_a_product_is_printed_and_nobody_is_called()
    {
        List<Guid> products = [];
        foreach (var trap in Traps)
            products.Add((await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = trap, price = 1m, stock = 1 }, Ct).Ok(201)).GetProperty("id").GetGuid());
        await PrintsAsync(await shop.Customer(), products, new { }, Traps);
    }

    [Fact]
    public async Task Markup_in_a_billing_address_is_printed_and_nobody_is_called()
    {
        var billing = new { name = Traps[0], line1 = Traps[1], city = Traps[3], postalCode = "<b>28001</b>", country = "ES", taxId = "<s>ES1</s>" };
        await PrintsAsync(await shop.Customer(), [await ProductAsync()], new { billing, locale = "es" }, billing.name, billing.line1, billing.city, billing.postalCode, billing.taxId);
    }

    [Fact]
    public async Task Markup_in_the_name_of_an_account_is_printed_and_nobody_is_called()
    {
        var name = string.Concat(Traps[1], Traps[3]);
        using var client = shop.Client();
        var email = $"buyer-{Guid.NewGuid():N}@eshop.test";
        var account = await client.PostAsJsonAsync("/api/users/register", new { name, email, password = "a-password-for-tests" }, Ct).Ok(201);
        var token = account.Text("token")!;
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await PrintsAsync(new Customer(client, account.GetProperty("user").GetProperty("id").GetGuid(), email, "", token), [await ProductAsync()], new { }, name);
    }

    private async Task<Guid> ProductAsync() =>
        (await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "Taza", price = 1m, stock = 1 }, Ct).Ok(201)).GetProperty("id").GetGuid();

    private async Task PrintsAsync(Customer buyer, List<Guid> products, object checkout, params string[] texts)
    {
        foreach (var product in products)
        {
            await Eventually.True(async () =>
            {
                using var added = await buyer.Client.Add(product);
                return added.IsSuccessStatusCode;
            });
        }

        var order = new Placed((await buyer.Client.CheckOut(checkout).Ok(202)).GetProperty("orderId").GetGuid(), products[0], buyer);
        await order.Becomes("awaiting_payment");
        await order.Pay().Ok();

        var printed = Bills.TextOf(await Bills.PdfAsync(buyer, await Bills.GenerateAsync(buyer, order.Id)));
        Assert.False(_canary.Pending(), "Somebody was called.");
        Assert.All(texts, text => Assert.Contains(Bills.WithoutSpaces(text), printed, StringComparison.Ordinal));
        Assert.DoesNotContain("root:", printed, StringComparison.Ordinal);
    }
}
