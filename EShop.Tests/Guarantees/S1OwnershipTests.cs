using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using EShop.Tests.Bill;
using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S1: nobody reads or touches another's cart, order, payment, invoice. Every route has a rule here, and each is asked through the gateway and at its service.</summary>
public sealed class S1OwnershipTests(Shop shop)
{
    private enum Who
    {
        Anyone,

        /// <summary>Whoever has the cart: by the token, or by the secret that a guest's cart id is.</summary>
        Cart,

        /// <summary>With a token, and it names nothing: what it shows or changes is the bearer's.</summary>
        User,

        /// <summary>It names a thing, which has an owner.</summary>
        Owner,
        Admin,
    }

    private static readonly Dictionary<string, Who> Rules = new()
    {
        ["POST /api/users/register"] = Who.Anyone,
        ["POST /api/users/login"] = Who.Anyone,
        ["POST /api/users/refresh"] = Who.Anyone,
        ["POST /api/users/logout"] = Who.User,
        ["GET /api/users/validate"] = Who.User,
        ["GET /api/users/me"] = Who.User,
        ["PUT /api/users/me/password"] = Who.User,
        ["GET /api/users"] = Who.Admin,
        ["PUT /api/users/{id}/role"] = Who.Admin,
        ["GET /.well-known/openid-configuration"] = Who.Anyone,
        ["GET /.well-known/jwks.json"] = Who.Anyone,
        ["GET /api/products"] = Who.Anyone,
        ["GET /api/products/{id}"] = Who.Anyone,
        ["POST /api/products/availability"] = Who.Anyone,
        ["POST /api/products"] = Who.Admin,
        ["PUT /api/products/{id}"] = Who.Admin,
        ["DELETE /api/products/{id}"] = Who.Admin,
        ["POST /api/products/{id}/stock"] = Who.Admin,
        ["GET /api/cart"] = Who.Cart,
        ["POST /api/cart"] = Who.Cart,
        ["DELETE /api/cart"] = Who.Cart,
        ["PUT /api/cart/{productId}"] = Who.Cart,
        ["DELETE /api/cart/{productId}"] = Who.Cart,
        ["POST /api/cart/checkout"] = Who.User,
        ["POST /api/cart/restore"] = Who.Owner,
        ["POST /api/payment"] = Who.Owner,
        ["GET /api/payment"] = Who.User,
        ["POST /api/payment/cancel"] = Who.Owner,
        ["POST /api/payment/refund"] = Who.Admin,
        ["GET /api/payment/{orderId}"] = Who.Owner,
        ["GET /api/payment/{orderId}/events"] = Who.Owner,
        ["POST /api/payment/webhook"] = Who.Anyone, // It is Stripe's signature that is looked at: Guarantees.G11WebhookTests.
        ["POST /api/bill/generate"] = Who.Owner,
        ["GET /api/bill"] = Who.User,
        ["GET /api/bill/{id}"] = Who.Owner,
        ["GET /api/bill/{id}/pdf"] = Who.Owner,
        ["GET /api/ops/payment/attention"] = Who.Admin,
        ["DELETE /api/ops/payment/attention/{id}"] = Who.Admin,
        ["GET /api/ops/*/messages"] = Who.Admin,
        ["GET /api/ops/*/messages/dead"] = Who.Admin,
        ["POST /api/ops/*/messages/dead/{id}/retry"] = Who.Admin,
        ["DELETE /api/ops/*/messages/dead/{id}"] = Who.Admin,
        ["POST /api/ops/*/messages/resend"] = Who.Admin,
    };

    private static string Nothing(string parameter) => Guid.CreateVersion7().ToString();

    [Fact]
    public async Task Every_route_has_a_rule_and_every_rule_a_route() =>
        Assert.Equal(Rules.Keys.Order(StringComparer.Ordinal), (await Operation.AllAsync(shop)).Select(operation => operation.Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task Without_a_token_only_what_is_public_is_answered()
    {
        await AskAsync(await RoutesAsync(who => who == Who.Anyone), Nothing, token: null, async (call, answer) => Assert.True((int)answer.StatusCode is not (401 or 403), await SaidAsync(call, answer)));
        await AskAsync(await RoutesAsync(who => who != Who.Anyone), Nothing, token: null, async (call, answer) =>
        {
            Assert.True((int)answer.StatusCode == 401, await SaidAsync(call, answer));
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        });
    }

    [Fact]
    public async Task What_is_for_admins_is_refused_to_customers() => await AskAsync(
        await RoutesAsync(who => who == Who.Admin), Nothing, (await shop.Customer()).Token, async (call, answer) => Assert.True((int)answer.StatusCode == 403, await SaidAsync(call, answer)));

    [Fact]
    public async Task Anothers_things_are_not_there_and_stay_as_they_are()
    {
        var (open, paid) = (await shop.Order(), await shop.Order());
        await paid.Pay().Ok();
        var bill = await Bills.GenerateAsync(paid.Buyer, paid.Id);
        await Bills.PdfAsync(paid.Buyer, bill);
        var invoice = bill.GetProperty("id").GetGuid();
        await Eventually.Get(() => paid.Get().Ok(), payment => payment.GetProperty("invoiceId").ValueKind == JsonValueKind.String);
        var before = await StateAsync(open, paid);
        var routes = await RoutesAsync(who => who == Who.Owner);
        var intruder = await shop.Customer();

        foreach (var order in new[] { open, paid })
        {
            await AskAsync(routes, parameter => parameter == "id" ? invoice.ToString() : order.Id.ToString(), intruder.Token,
                async (call, answer) => Assert.True((int)answer.StatusCode == 404, await SaidAsync(call, answer)));
        }

        Assert.Equal(before, await StateAsync(open, paid));
        // The same, by the owner: what is not there for one is there for the other. All are asked at once, so that a cancel may come before a payment, which is told then that the order has ended, or beside another one, which is told that it is busy.
        await AskAsync(routes, parameter => parameter == "id" ? invoice.ToString() : paid.Id.ToString(), paid.Buyer.Token,
            async (call, answer) => Assert.True(answer.IsSuccessStatusCode || (answer.StatusCode == HttpStatusCode.Conflict && Regex.IsMatch(call, "^POST /api/payment(/cancel)? ")), await SaidAsync(call, answer)));
    }

    [Fact]
    public async Task What_names_nothing_shows_and_changes_ones_own_things_alone()
    {
        var order = await shop.Order();
        await order.Pay().Ok();
        var bill = await Bills.GenerateAsync(order.Buyer, order.Id);
        await order.Client.Add(order.Product, 2).Ok();
        var (owner, intruder) = (order.Buyer, await shop.Customer());
        var before = await StateAsync(order);

        var routes = await RoutesAsync(who => who is Who.User or Who.Cart);
        await AskAsync(routes, _ => order.Product.ToString(), intruder.Token, async (call, answer) =>
        {
            var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            foreach (var thing in new[] { owner.Id.ToString(), owner.Email, order.Id.ToString(), bill.GetProperty("id").GetString()!, bill.GetProperty("number").GetString()! })
                Assert.DoesNotContain(thing, said, StringComparison.Ordinal);
        });

        // An own cart that is named as a guest's is no guest's: neither with a token nor without.
        foreach (var token in new[] { intruder.Token, null })
        {
            await AskAsync(routes.Where(route => Rules[route.Name] == Who.Cart), _ => order.Product.ToString(), token,
                async (call, answer) => Assert.True((int)answer.StatusCode == 400, await SaidAsync(call, answer)), (Carts.Header, owner.Id.ToString()));
        }

        await AskAsync(routes.Where(route => route.Parameters("query").Any(parameter => parameter.GetProperty("name").GetString() == "all")), Nothing, intruder.Token,
            async (call, answer) => Assert.True((int)answer.StatusCode == 403, await SaidAsync(call, answer)), query: $"?all=true&orderId={order.Id}");
        Assert.Equal(before, await StateAsync(order));
        Assert.Equal([(order.Product, 2)], await order.Client.Lines());
    }

    [Fact]
    public async Task An_admin_sees_everybodys_and_pays_for_nobody()
    {
        var (order, admin) = (await shop.Order(), await shop.Admin());
        await order.Pay(by: admin).Is(404, "not-found");
        Assert.Equal("awaiting_payment", (await order.Get(by: admin).Ok()).Text("status"));
        await order.Pay().Ok();
        await Bills.GenerateAsync(order.Buyer, order.Id);
        Assert.Equal(1, (await admin.Send(HttpMethod.Get, $"/api/bill?orderId={order.Id}&all=true").Ok()).GetProperty("total").GetInt64());
    }

    private async Task<IReadOnlyList<Operation>> RoutesAsync(Func<Who, bool> isWanted) =>
        [.. (await Operation.AllAsync(shop)).Where(operation => Rules.TryGetValue(operation.Name, out var who) && isWanted(who))];

    private async Task AskAsync(
        IEnumerable<Operation> routes, Func<string, string> value, string? token, Func<string, HttpResponseMessage, Task> look, (string Name, string Value)? header = null, string query = "")
    {
        using var web = shop.Client();
        await Task.WhenAll(routes.SelectMany(route => new[] { web, shop.Client(route.Service) }.Select(async client =>
        {
            var path = route.At(value) + query;
            // An order is named in the body as it is in the path; whatever else a body needs is for those who are let in.
            object? body = route.Body is { } schema ? schema.GetProperty("properties").TryGetProperty("orderId", out _) ? new { orderId = value("orderId") } : new { } : null;
            using var answer = await client.Send(route.Method, path, body, ("Authorization", token is null ? null : $"Bearer {token}"), (header?.Name ?? "X-None", header?.Value));
            await look($"{route.Method} {path} at {client.BaseAddress}", answer);
        })));
    }

    private static async Task<string> SaidAsync(string call, HttpResponseMessage answer) =>
        $"{call}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";

    /// <summary>What the orders' owners and the sandbox have of them.</summary>
    private async Task<string> StateAsync(params Placed[] orders)
    {
        List<string> state = [];
        foreach (var order in orders)
        {
            using var payment = await order.Get();
            state.Add($"{payment.Headers.ETag} {(await payment.Body()).GetProperty("status")} {await shop.Ledger(order)} {string.Join(',', await order.Client.Lines())} {string.Join(',', await Bills.ListAsync(order.Buyer, order.Id))}");
        }

        return string.Join('\n', state);
    }
}
