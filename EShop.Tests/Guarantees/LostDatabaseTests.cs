using System.Diagnostics;
using System.Net.Http.Json;
using EShop.Tests.Messaging;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>A service's database is lost, or as it was before: its publisher tells it again, or Stripe's records do.</summary>
[Collection(nameof(Troubled))]
public sealed class LostDatabaseTests(Shop shop) : IAsyncLifetime
{
    private const string Wares =
        "SELECT coalesce(string_agg(concat_ws('|', id, name, price, tax_rate, stock, reserved, version, stock_version), ',' ORDER BY id), '') FROM products WHERE deleted_at IS NULL";

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => new(shop.Client("stripe").DeleteAsync("/sandbox/faults", CancellationToken.None));

    [Fact]
    public async Task A_cart_that_lost_its_products_knows_them_all_again_after_a_resend()
    {
        using var admin = await shop.Admin();
        using var created = await admin.PostAsJsonAsync("/api/products", new { name = "Taza de té", price = 4.20m, stock = 3 }, TestContext.Current.CancellationToken);
        created.EnsureSuccessStatusCode();
        await using var products = await shop.Database("productsdb");
        await using var cart = await shop.Database("cartdb");
        await Eventually.Get(() => Ask(cart, Wares), known => known.Contains("Taza de té", StringComparison.Ordinal));
        await Ask(cart, "TRUNCATE products; SELECT ''");
        // Of one that was just sold Cart may hear meanwhile, by its number alone.
        Assert.DoesNotContain("Taza de té", await Ask(cart, Wares), StringComparison.Ordinal);

        await admin.Send(HttpMethod.Post, "/api/ops/products/messages/resend").Ok();

        await Eventually.True(async () => await Ask(cart, Wares) == await Ask(products, Wares));
        Assert.Contains("Taza de té", await Ask(cart, Wares), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_database_that_is_restored_to_an_earlier_point_is_put_right_from_Stripes_records()
    {
        var (before, overdue, regretted) = (await shop.Order(), await shop.Order(), await shop.Order());
        var (canceled, opened, untouched) = (await shop.Order(), await shop.Order(), await shop.Order());
        await canceled.Pay().Ok();
        var backup = Path.Combine(shop.DataFolder, "payment.backup");
        Assert.Equal("", await Postgres("pg_dump", "--format=custom", "--file", backup));
        // All this is in no backup.
        var intent = (await opened.Pay(method: null).Ok()).Intent();
        var after = await shop.Order(quantity: 2);
        await Task.WhenAll(before.Pay().Ok(), overdue.Pay().Ok(), regretted.Pay().Ok(), after.Pay().Ok());
        await canceled.Cancel().Ok();
        await Eventually.True(async () => await after.Stock() == (3, 0, 3) && await before.Stock() == (4, 0, 4) && await canceled.Stock() == (5, 0, 5));

        // The reconciler can't read Stripe's records yet: what happens until then is right as well.
        await shop.StripeFault(new { path = "/v1/refunds", method = "GET", when = "before", status = 500, calls = 1000 });
        await shop.Kill("payment");
        // The host starts it again meanwhile; what it does then is of neither database, and may be in the way.
        await Eventually.Get(() => Postgres("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname", "paymentdb", backup), said => said == "");
        // Its deadline has passed since the backup was made.
        await Eventually.Get(() => shop.PaymentSql("UPDATE payments SET expires_at = now() WHERE order_id = $1", overdue.Id), rows => rows == 1);
        await shop.Kill("payment");
        var within = TimeSpan.FromSeconds(60);
        await Eventually.Get(() => overdue.Get().Ok(), payment => payment.Text("status") == "succeeded", within, "what was paid does not expire");
        await Eventually.Get(() => regretted.Cancel().Ok(), payment => payment.Text("status") == "refunded", within, "what was paid is refunded when it is canceled");

        (await shop.Client("stripe").DeleteAsync("/sandbox/faults", TestContext.Current.CancellationToken)).Dispose();
        await shop.Reconcile();
        foreach (var (order, status) in new[] { (before, "succeeded"), (overdue, "succeeded"), (after, "succeeded"), (canceled, "refunded") })
            await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == status, within, $"{order.Id} is {status} again");
        Assert.Equal([(1, 1, 1250L, 0L), (1, 1, 1250L, 0L), (1, 1, 2500L, 0L)], [await shop.Ledger(before), await shop.Ledger(overdue), await shop.Ledger(after)]);
        Assert.Equal([(1, 1, 1250L, 1250L), (1, 1, 1250L, 1250L)], [await shop.Ledger(canceled), await shop.Ledger(regretted)]);
        // The buyer has had the page open all the time.
        await shop.Confirm(intent);
        await opened.Becomes("succeeded");
        // Nothing is sold, taken back or invoiced again by what is told again; and what was open can still be paid.
        await untouched.Pay().Ok();
        await Eventually.True(async () => await untouched.Stock() == (4, 0, 4), within);
        Assert.Equal([(4, 0, 4), (4, 0, 4), (3, 0, 3)], [await before.Stock(), await overdue.Stock(), await after.Stock()]);
        await Eventually.True(async () => await canceled.Stock() == (5, 0, 5) && await regretted.Stock() == (5, 0, 5));
        await using var bill = await shop.Database("billdb");
        Guid[] all = [before.Id, overdue.Id, after.Id, canceled.Id, regretted.Id];
        await Eventually.Get(() => Ask(bill, $"SELECT count(*)::text FROM (SELECT order_id FROM invoice_jobs UNION ALL SELECT order_id FROM due_credit_notes) AS open WHERE order_id IN ({In(all)})"), open => open == "0");
        await Eventually.Get(() => Ask(bill, $"SELECT string_agg(kind, ' ' ORDER BY kind) FROM invoices WHERE order_id IN ({In(canceled.Id, regretted.Id)})"), kinds => kinds == "credit_note credit_note invoice invoice");
        Assert.Equal("invoice invoice invoice", await Ask(bill, $"SELECT string_agg(kind, ' ' ORDER BY kind) FROM invoices WHERE order_id IN ({In(before.Id, overdue.Id, after.Id)})"));
    }

    private static string In(params Guid[] orders) => string.Join(',', orders.Select(order => $"'{order}'"));

    /// <returns>What it complained about.</returns>
    private async Task<string> Postgres(string program, params string[] arguments)
    {
        var database = new NpgsqlConnectionStringBuilder(await shop.ConnectionString("paymentdb"));
        var start = new ProcessStartInfo(PostgresServer.Bin + program, arguments) { RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (database.Host, $"{database.Port}", database.Username);
        (start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (database.Password, "paymentdb");
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? "" : said;
    }

    private static async Task<string> Ask(NpgsqlConnection database, string sql)
    {
        await using var command = new NpgsqlCommand(sql, database);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
