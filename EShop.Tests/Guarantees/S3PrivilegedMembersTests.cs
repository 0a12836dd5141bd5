using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S3: nothing privileged binds. Every body of the OpenAPI documents is sent with members that are not its own, at each depth: the call succeeds as without them, and none of
/// their values reaches a table of any service, nor an event.</summary>
public sealed class S3PrivilegedMembersTests(Shop shop)
{
    private const string Password = "correct horse battery";

    private static readonly string[] Databases = ["usersdb", "productsdb", "cartdb", "paymentdb", "billdb"];

    /// <summary>Bodies in which such a member is what the call is about. A new one has to be named here.</summary>
    private static readonly Dictionary<string, string[]> Rightful = new()
    {
        ["POST /api/products"] = ["price", "stock"],
        ["PUT /api/products/{id}"] = ["price", "stock"],
        ["PUT /api/users/{id}/role"] = ["role"],
    };

    // Values that nothing else has: an id, and a number that fits wherever one is kept.
    private readonly Guid _stranger = Guid.NewGuid();
    private readonly int _number = Random.Shared.Next(1_000_000_000, int.MaxValue);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A call that would succeed, and what must be so after it.</summary>
    private sealed record Call(HttpClient Client, string Path, JsonObject Body, int Status, Func<JsonElement, Task> Look);

    private Dictionary<string, Func<Task<Call>>> Rules => new()
    {
        ["POST /api/users/register"] = RegisterAsync,
        ["POST /api/users/login"] = () => SignedInAsync("/api/users/login", customer => new() { ["email"] = customer.Email, ["password"] = customer.Password }),
        ["POST /api/users/refresh"] = RefreshAsync,
        ["PUT /api/users/me/password"] = () => SignedInAsync("/api/users/me/password", customer => new() { ["currentPassword"] = customer.Password, ["newPassword"] = Password }, 204),
        ["PUT /api/users/{id}/role"] = SetRoleAsync,
        ["POST /api/products"] = async () => new(await shop.Admin(), "/api/products", new() { ["name"] = "Taza", ["price"] = 12.5m, ["stock"] = 5 }, 201, product => IsAsync(product, 12.5m, 5)),
        ["PUT /api/products/{id}"] = async () => new(
            await shop.Admin(), $"/api/products/{await ProductAsync()}", new() { ["name"] = "Taza", ["price"] = 13m, ["stock"] = null }, 200, product => IsAsync(product, 13m, 5)),
        ["POST /api/products/{id}/stock"] = async () => new(
            await shop.Admin(), $"/api/products/{await ProductAsync()}/stock", new() { ["delta"] = 2, ["reason"] = "counted" }, 200, product => IsAsync(product, 12.5m, 7)),
        ["POST /api/products/availability"] = async () => new(
            shop.Client(), "/api/products/availability", new() { ["lines"] = new JsonArray(new JsonObject { ["productId"] = await ProductAsync(), ["quantity"] = 1 }) }, 200, answer =>
            {
                Assert.Equal(5, answer.GetProperty("lines")[0].GetProperty("available").GetInt32());
                return Task.CompletedTask;
            }),
        ["POST /api/cart"] = () => CartAsync("/api/cart", product => new() { ["productId"] = product, ["quantity"] = 2 }),
        ["PUT /api/cart/{productId}"] = () => CartAsync("/api/cart/{productId}", _ => new() { ["quantity"] = 2 }),
        ["POST /api/cart/checkout"] = CheckOutAsync,
        ["POST /api/cart/restore"] = async () => await OrderAsync("/api/cart/restore", (_, cart) =>
        {
            Assert.Equal(12.5m, cart.GetProperty("total").GetDecimal());
            return Task.CompletedTask;
        }),
        ["POST /api/payment"] = async () => await OrderAsync("/api/payment", async (order, _) => Assert.Equal(default, await shop.Ledger(order) with { Intents = 0 })),
        ["POST /api/payment/cancel"] = async () => await OrderAsync("/api/payment/cancel", (_, payment) =>
        {
            Assert.Equal("canceled", payment.Text("status"));
            return Task.CompletedTask;
        }),
        ["POST /api/payment/refund"] = RefundAsync,
        ["POST /api/bill/generate"] = async () => await OrderAsync("/api/bill/generate", (_, bill) =>
        {
            Assert.Equal(12.5m, bill.GetProperty("total").GetDecimal());
            return Task.CompletedTask;
        }, isPaid: true),
    };

    [Fact]
    public async Task Members_that_are_not_a_bodys_own_have_no_effect()
    {
        var operations = (await Operation.AllAsync(shop)).Where(operation => operation.Body is not null).ToList();
        Assert.Equal(Rules.Keys.Order(StringComparer.Ordinal), operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));

        foreach (var operation in operations)
        {
            var call = await Rules[operation.Name]();
            Spoil(call.Body, operation, operation.Body!.Value);
            // An answer 'not yet' changed nothing: the events of an order are on their way.
            var answer = await Eventually.Get(async () => await Answer.Of(await call.Client.Send(operation.Method, call.Path, call.Body)), said => said.Headers.RetryAfter is null);
            Assert.True(call.Status == answer.Status, $"{operation}: {answer.Status} {answer.Body}");
            if (answer.Body.ValueKind != JsonValueKind.Undefined)
                Assert.DoesNotContain(_stranger.ToString(), answer.Body.GetRawText(), StringComparison.Ordinal);
            await call.Look(answer.Body);
        }

        Assert.Empty(await TracesAsync(_stranger.ToString(), _number.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Adds what is not the body's to say, here and in every object beneath. That the document has such a member makes it no better.</summary>
    private void Spoil(JsonObject body, Operation operation, JsonElement schema)
    {
        var own = schema.GetProperty("properties");
        foreach (var (name, value) in body.ToList())
        {
            var member = operation.Resolve(own.GetProperty(name));
            foreach (var inner in value is JsonArray all ? all.OfType<JsonObject>() : value is JsonObject one ? [one] : [])
                Spoil(inner, operation, value is JsonArray ? operation.Resolve(member.GetProperty("items")) : member);
        }

        foreach (var (name, value) in new (string, JsonNode)[]
        {
            ("role", "admin"), ("id", _stranger), ("userId", _stranger), ("user_id", _stranger), ("price", (decimal)_number / 100), ("unitPrice", (decimal)_number / 100), ("stock", _number),
            ("reserved", _number), ("status", "succeeded"), ("Status", "succeeded"), ("version", _number), ("passwordHash", _stranger.ToString()),
        })
        {
            if (Rightful.GetValueOrDefault(operation.Name, []).Contains(name))
                continue;
            Assert.False(own.TryGetProperty(name, out _), $"{operation} takes '{name}': is that its caller's to say?");
            body[name] = value;
        }
    }

    /// <summary>Rows of any table that hold one of the values.</summary>
    private async Task<List<string>> TracesAsync(params string[] values)
    {
        List<string> found = [];
        foreach (var name in Databases)
        {
            await using var database = await shop.Database(name);
            await using var list = new NpgsqlCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'", database);
            List<string> tables = [];
            await using (var reader = await list.ExecuteReaderAsync(Ct))
            {
                while (await reader.ReadAsync(Ct))
                    tables.Add(reader.GetString(0));
            }

            Assert.NotEmpty(tables);
            foreach (var table in tables)
            {
                await using var search = new NpgsqlCommand($"SELECT row::text FROM \"{table}\" AS row WHERE row::text LIKE ANY ($1) LIMIT 1", database)
                {
                    Parameters = { new() { Value = values.Select(value => $"%{value}%").ToArray() } },
                };
                if (await search.ExecuteScalarAsync(Ct) is string row)
                    found.Add($"{name}.{table}: {row}");
            }
        }

        return found;
    }

    private Task<Call> RegisterAsync()
    {
        var email = $"buyer-{Guid.NewGuid():N}@eshop.test";
        return Task.FromResult(new Call(shop.Client(), "/api/users/register", new() { ["name"] = "Ana", ["email"] = email, ["password"] = Password }, 201, IsCustomerAsync));
    }

    private async Task<Call> SignedInAsync(string path, Func<Customer, JsonObject> body, int status = 200)
    {
        var customer = await shop.Customer();
        return new(customer.Client, path, body(customer), status, async _ => await IsCustomerAsync(await customer.Client.GetFromJsonAsync<JsonElement>("/api/users/validate", Ct)));
    }

    private async Task<Call> RefreshAsync()
    {
        var customer = await shop.Customer();
        var login = await customer.Client.Send(HttpMethod.Post, "/api/users/login", new { email = customer.Email, password = customer.Password }).Ok();
        return new(shop.Client(), "/api/users/refresh", new() { ["refreshToken"] = login.Text("refreshToken") }, 200, IsCustomerAsync);
    }

    private async Task<Call> SetRoleAsync()
    {
        var customer = await shop.Customer();
        return new(await shop.Admin(), $"/api/users/{customer.Id}/role", new() { ["role"] = "customer" }, 200, async _ => await IsCustomerAsync(await customer.Client.GetFromJsonAsync<JsonElement>("/api/users/validate", Ct)));
    }

    private async Task IsCustomerAsync(JsonElement signedIn)
    {
        var user = signedIn.GetProperty("user");
        Assert.Equal("customer", user.Text("role"));
        await using var database = await shop.Database("usersdb");
        await using var read = new NpgsqlCommand("SELECT role::text FROM users WHERE id = $1", database) { Parameters = { new() { Value = user.GetProperty("id").GetGuid() } } };
        Assert.Equal("customer", await read.ExecuteScalarAsync(Ct));
    }

    private async Task<Guid> ProductAsync() =>
        (await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "Taza", price = 12.5m, stock = 5 }, Ct).Ok(201)).GetProperty("id").GetGuid();

    private static Task IsAsync(JsonElement product, decimal price, int stock)
    {
        Assert.Equal((price, stock, 0), (product.GetProperty("price").GetDecimal(), product.GetProperty("stock").GetInt32(), product.GetProperty("reserved").GetInt32()));
        return Task.CompletedTask;
    }

    private async Task<Call> CartAsync(string path, Func<Guid, JsonObject> body)
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        return new(customer.Client, path.Replace("{productId}", product.ToString(), StringComparison.Ordinal), body(product), 200, cart =>
        {
            Assert.Equal(25m, cart.GetProperty("total").GetDecimal());
            return Task.CompletedTask;
        });
    }

    private async Task<Call> CheckOutAsync()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product).Ok();
        var billing = new JsonObject { ["name"] = "Ana", ["line1"] = "Calle 1", ["city"] = "Madrid", ["postalCode"] = "28001", ["country"] = "ES" };
        return new(customer.Client, "/api/cart/checkout", new() { ["billing"] = billing }, 202, async answer =>
        {
            Assert.Equal((12.5m, "awaiting_stock"), (answer.GetProperty("total").GetDecimal(), answer.Text("status")));
            Assert.Equal(12.5m, (await new Placed(answer.GetProperty("orderId").GetGuid(), product, customer).Becomes("rejected")).GetProperty("amount").GetDecimal());
        });
    }

    private async Task<Call> OrderAsync(string path, Func<Placed, JsonElement, Task> look, bool isPaid = false)
    {
        var order = await shop.Order();
        if (isPaid)
            await order.Pay().Ok();
        return new(order.Client, path, new() { ["orderId"] = order.Id }, 200, answer => look(order, answer));
    }

    private async Task<Call> RefundAsync()
    {
        var order = await shop.Order(quantity: 2);
        await order.Pay().Ok();
        var lines = new JsonArray(new JsonObject { ["productId"] = order.Product, ["quantity"] = 1 });
        return new(await shop.Admin(), "/api/payment/refund", new() { ["orderId"] = order.Id, ["lines"] = lines }, 200, async _ => Assert.Equal((1, 1, 2500L, 1250L), await shop.Ledger(order)));
    }
}
