using System.Diagnostics;
using System.Net.Http.Json;
using EShop.Tests.Messaging;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>A service's database is lost, or as it was before: its publisher tells it again, or Stripe's records do. Alone, since meanwhile Cart knows no product and Payment no payment.</summary>
[Collection(nameof(Alone))]
public sealed class LostDatabaseTests(Shop shop)
{
    private const string Wares =
        "SELECT coalesce(string_agg(concat_ws('|', id, name, price, tax_rate, stock, reserved, version, stock_version), ',' ORDER BY id), '') FROM products WHERE deleted_at IS NULL";

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
        Assert.Equal("", await Ask(cart, Wares));

        await admin.Send(HttpMethod.Post, "/api/ops/products/messages/resend").Ok();

        await Eventually.True(async () => await Ask(cart, Wares) == await Ask(products, Wares));
        Assert.NotEqual("", await Ask(cart, Wares));
    }

    [Fact]
    public async Task A_payment_database_that_is_restored_to_an_earlier_point_is_put_right_from_Stripes_records()
    {
        var (before, canceled, untouched) = (await shop.Order(), await shop.Order(), await shop.Order());
        await canceled.Pay().Ok();
        var backup = Path.Combine(shop.DataFolder, "payment.backup");
        await Postgres("pg_dump", "--format=custom", "--file", backup);
        // All this is in no backup.
        var after = await shop.Order(quantity: 2);
        await Task.WhenAll(before.Pay().Ok(), after.Pay().Ok());
        await canceled.Cancel().Ok();
        await Eventually.True(async () => await after.Stock() == (3, 0, 3) && await before.Stock() == (4, 0, 4) && await canceled.Stock() == (5, 0, 5));

        await shop.Kill("payment");
        await Postgres("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname", "paymentdb", backup);
        await shop.Kill("payment"); // What it began meanwhile was of neither database.
        await Eventually.True(async () => await shop.PaymentSql("UPDATE schedules SET due_at = now(), done_at = NULL WHERE name = 'reconcile'") == 1);

        var within = TimeSpan.FromSeconds(60);
        foreach (var (order, status) in new[] { (before, "succeeded"), (after, "succeeded"), (canceled, "refunded") })
            await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == status, within, $"{order.Id} is {status} again");
        Assert.Equal([(1, 1, 1250L, 0L), (1, 1, 2500L, 0L), (1, 1, 1250L, 1250L)], [await shop.Ledger(before), await shop.Ledger(after), await shop.Ledger(canceled)]);
        // Nothing is sold, taken back or invoiced again by what is told again; and what was open can still be paid.
        await untouched.Pay().Ok();
        await Eventually.True(async () => await untouched.Stock() == (4, 0, 4), within);
        Assert.Equal([(4, 0, 4), (3, 0, 3), (5, 0, 5)], [await before.Stock(), await after.Stock(), await canceled.Stock()]);
        await using var bill = await shop.Database("billdb");
        foreach (var (order, documents) in new[] { (before, "invoice"), (after, "invoice"), (canceled, "credit_note invoice") })
            Assert.Equal(documents, await Ask(bill, $"SELECT string_agg(kind, ' ' ORDER BY kind) FROM invoices WHERE order_id = '{order.Id}'"));
    }

    private async Task Postgres(string program, params string[] arguments)
    {
        var database = new NpgsqlConnectionStringBuilder(await shop.ConnectionString("paymentdb"));
        var start = new ProcessStartInfo(PostgresServer.Bin + program, arguments) { RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (database.Host, $"{database.Port}", database.Username);
        (start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (database.Password, "paymentdb");
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }

    private static async Task<string> Ask(NpgsqlConnection database, string sql)
    {
        await using var command = new NpgsqlCommand(sql, database);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
