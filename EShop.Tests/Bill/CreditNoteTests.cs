using System.Net;
using System.Text.Json;
using EShop.Bill;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;
using Customer = EShop.Tests.Support.Customer;

namespace EShop.Tests.Bill;

public sealed class CreditNoteTests(Shop shop)
{
    private static readonly OrderLine Shirt = new(Guid.NewGuid(), "Camiseta de algodón orgánico", 3, 1999, 21);
    private static readonly OrderLine Oil = new(Guid.NewGuid(), "Aceite de oliva virgen", 1, 995, 10);

    [Fact]
    public async Task Lines_that_come_back_are_credited_at_the_prices_of_the_sale_by_a_note_that_names_its_invoice()
    {
        var (customer, order, invoice) = await InvoicedAsync("es");
        await PaidOrder.TellAsync(shop, ByLines(order, (Shirt, 2)));

        var note = Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1));
        Assert.Equal(["id", "number", "kind", "orderId", "issuedAt", "total", "currency", "pdfUrl"], note.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^R-\\d{4}-\\d{6}$", note.GetProperty("number").GetString());
        Assert.Equal((order.OrderId, 39.98m, "EUR"), (note.GetProperty("orderId").GetGuid(), note.GetProperty("total").GetDecimal(), note.GetProperty("currency").GetString()));
        Assert.True(note.GetProperty("issuedAt").GetDateTimeOffset() >= invoice.GetProperty("issuedAt").GetDateTimeOffset(), "It is not older than its invoice.");

        var text = Bills.TextOf(await Bills.PdfAsync(customer, note));
        foreach (var said in new[]
        {
            "Factura rectificativa", note.GetProperty("number").GetString()!, $"Rectifica la factura {invoice.GetProperty("number").GetString()}", "Reembolso", "José Núñez Ibáñez",
            "Camiseta de algodón orgánico", "−2", "19,99 €", "−33,04 €", "−6,94 €", "−39,98 €", "21 %", "Visa", "4242",
        })
            Assert.Contains(Bills.WithoutSpaces(said), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Bills.WithoutSpaces(Oil.Name), text, StringComparison.Ordinal);
        Assert.Equal(await EventsOfAsync(order), [("invoice", invoice.GetProperty("number").GetString()!), ("credit_note", note.GetProperty("number").GetString()!)]);
    }

    [Fact]
    public async Task An_amount_is_spread_over_the_tax_rates_and_the_last_one_takes_the_remainder()
    {
        var (customer, order, invoice) = await InvoicedAsync("en");
        await PaidOrder.TellAsync(shop, ByAmount(order, 1000));

        var note = Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1));
        var text = Bills.TextOf(await Bills.PdfAsync(customer, note));
        // 59.97 and 9.95 were sold: 8.577 and 1.423 of each ten.
        foreach (var said in new[]
        {
            "Credit note", $"Corrects invoice {invoice.GetProperty("number").GetString()}", "Refund of an amount, spread over the tax rates of the invoice.",
            "21%−€7.09−€1.49−€8.58", "10%−€1.29−€0.13−€1.42", "Net−€8.38", "Tax−€1.62", "Total−€10.00",
        })
            Assert.Contains(Bills.WithoutSpaces(said), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Bills.WithoutSpaces(Shirt.Name), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refund_that_comes_before_its_payment_is_kept_and_credited_after_the_invoice()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Shirt, Oil);
        var refund = ByLines(order, (Shirt, 3), (Oil, 1));
        await PaidOrder.TellAsync(shop, refund);
        await Eventually.True(async () => await CountAsync("due_credit_notes", refund.RefundId) == 1);
        Assert.Empty(await Bills.ListAsync(customer, order.OrderId));

        // Nobody waits behind it.
        var (another, paid, _) = await InvoicedAsync("en");
        await PaidOrder.TellAsync(shop, ByAmount(paid, 100));
        await Bills.CreditNotesAsync(another, paid.OrderId, 1);

        await PaidOrder.PayAsync(shop, order);
        var note = Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1));
        var invoice = await Bills.GenerateAsync(customer, order.OrderId);
        Assert.Equal(invoice.GetProperty("total").GetDecimal(), note.GetProperty("total").GetDecimal());
        Assert.True(note.GetProperty("issuedAt").GetDateTimeOffset() >= invoice.GetProperty("issuedAt").GetDateTimeOffset(), "It is not older than its invoice.");
        Assert.Equal(0, await CountAsync("due_credit_notes", refund.RefundId));
        Assert.Equal(["invoice", "credit_note"], (await EventsOfAsync(order)).Select(issued => issued.Kind));
    }

    [Fact]
    public async Task A_refund_that_is_told_again_has_one_credit_note()
    {
        var (customer, order, _) = await InvoicedAsync("en");
        var refund = ByLines(order, (Shirt, 1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PaidOrder.TellAsync(shop, refund)));
        var note = Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1));

        // Once more when it is issued, and then another: when that one has its note, the one before it was heard.
        await PaidOrder.TellAsync(shop, refund);
        await PaidOrder.TellAsync(shop, ByAmount(order, 5));
        var notes = await Bills.CreditNotesAsync(customer, order.OrderId, 2);
        Assert.Equal([note.GetRawText(), 0.05m.ToString(System.Globalization.CultureInfo.InvariantCulture)], [notes[0].GetRawText(), notes[1].GetProperty("total").GetRawText()]);
        Assert.Equal(0, await CountAsync("due_credit_notes", refund.RefundId));
    }

    [Fact]
    public async Task Refunds_of_lines_and_amounts_end_in_exactly_the_invoice_at_every_rate()
    {
        var (customer, order, _) = await InvoicedAsync("en");
        // What the cancellation of the rest names is all that was sold, though less than that is left.
        PaymentRefunded[] refunds = [ByLines(order, (Shirt, 1)), ByAmount(order, 777), ByLines(order, (Shirt, 1)), ByAmount(order, 1)];
        foreach (var refund in refunds)
            await PaidOrder.TellAsync(shop, refund);
        await Bills.CreditNotesAsync(customer, order.OrderId, refunds.Length);
        var rest = order.Total - refunds.Sum(refund => refund.Amount);
        await PaidOrder.TellAsync(shop, ByLines(order, (Shirt, 3), (Oil, 1)) with { Amount = rest });
        await Bills.CreditNotesAsync(customer, order.OrderId, refunds.Length + 1);

        var bills = await DocumentsAsync(order);
        foreach (var sold in bills["invoice"].Single().Rates)
        {
            var back = bills["credit_note"].SelectMany(note => note.Rates).Where(rate => rate.TaxRate == sold.TaxRate).ToList();
            Assert.Equal((sold.Net, sold.Tax, sold.Total), (back.Sum(rate => rate.Net), back.Sum(rate => rate.Tax), back.Sum(rate => rate.Total)));
        }
    }

    [Fact]
    public async Task A_refund_of_more_than_is_left_has_no_credit_note_and_holds_up_nobody()
    {
        var (customer, order, _) = await InvoicedAsync("en");
        await PaidOrder.TellAsync(shop, ByAmount(order, order.Total - 1));
        await Bills.CreditNotesAsync(customer, order.OrderId, 1);
        var tooMuch = ByAmount(order, 2);
        await PaidOrder.TellAsync(shop, tooMuch);
        await PaidOrder.TellAsync(shop, ByAmount(order, 1));
        await Bills.CreditNotesAsync(customer, order.OrderId, 2);

        await using var database = await shop.Database("billdb");
        await using var tried = new NpgsqlCommand("SELECT attempts FROM due_credit_notes WHERE refund_id = $1", database) { Parameters = { new() { Value = tooMuch.RefundId } } };
        await Eventually.True(async () => (int)(await tried.ExecuteScalarAsync(TestContext.Current.CancellationToken))! >= 2);
        Assert.Equal(2, (await Bills.ListAsync(customer, order.OrderId)).Count(bill => bill.GetProperty("kind").GetString() == "credit_note"));
        await RunAsync("DELETE FROM due_credit_notes WHERE refund_id = $1", database, tooMuch.RefundId);
    }

    [Fact]
    public async Task While_another_process_takes_an_invoice_back_nobody_computes_what_is_left_of_it()
    {
        var (customer, order, _) = await InvoicedAsync("en");
        await using var database = await shop.Database("billdb");
        await using var other = await database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await RunAsync("SELECT FROM invoices WHERE order_id = $1 FOR NO KEY UPDATE", database, order.OrderId);
        var refund = ByAmount(order, order.Total);
        await PaidOrder.TellAsync(shop, refund);
        await Bills.BlockedByAsync(shop, database);

        // It took back all of it.
        await Bills.TakeBackAsync(database, order.OrderId);
        await other.CommitAsync(TestContext.Current.CancellationToken);

        await using var tried = new NpgsqlCommand("SELECT attempts FROM due_credit_notes WHERE refund_id = $1", database) { Parameters = { new() { Value = refund.RefundId } } };
        await Eventually.True(async () => (int)(await tried.ExecuteScalarAsync(TestContext.Current.CancellationToken))! >= 1);
        await Bills.CreditNotesAsync(customer, order.OrderId, 1);
        await RunAsync("DELETE FROM due_credit_notes WHERE refund_id = $1", database, refund.RefundId);
    }

    [Fact]
    public async Task Anothers_credit_note_is_not_there_and_generate_still_answers_the_invoice()
    {
        var (customer, order, invoice) = await InvoicedAsync("en");
        await PaidOrder.TellAsync(shop, ByAmount(order, 100));
        var note = Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1));
        Assert.Equal(invoice.GetRawText(), (await Bills.GenerateAsync(customer, order.OrderId)).GetRawText());

        var path = $"/api/bill/{note.GetProperty("id").GetGuid()}";
        var single = await Answer.Of(await customer.Client.GetAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(note.GetRawText(), single.Body.GetRawText());
        var other = await shop.Customer();
        foreach (var hidden in new[] { path, note.GetProperty("pdfUrl").GetString()! })
        {
            using var read = await other.Client.GetAsync(hidden, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        }

        Assert.Empty(await Bills.ListAsync(other, order.OrderId));
    }

    private async Task<(Customer Customer, Order Order, JsonElement Invoice)> InvoicedAsync(string locale)
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, locale, Shirt, Oil);
        await PaidOrder.PayAsync(shop, order);
        return (customer, order, await Bills.GenerateAsync(customer, order.OrderId));
    }

    private static PaymentRefunded ByAmount(Order order, long amount) => new(order, Guid.CreateVersion7(), amount, null, false);

    private static PaymentRefunded ByLines(Order order, params (OrderLine Line, int Quantity)[] back) => new(
        order, Guid.CreateVersion7(), back.Sum(line => line.Line.UnitPrice * line.Quantity), [.. back.Select(line => new RefundedLine(line.Line.ProductId, line.Quantity))], true);

    private static async Task RunAsync(string sql, NpgsqlConnection database, Guid id)
    {
        await using var command = new NpgsqlCommand(sql, database) { Parameters = { new() { Value = id } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<long> CountAsync(string table, Guid refundId)
    {
        await using var database = await shop.Database("billdb");
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {table} WHERE refund_id = $1", database) { Parameters = { new() { Value = refundId } } };
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private async Task<ILookup<string, InvoiceDocument>> DocumentsAsync(Order order)
    {
        await using var database = await shop.Database("billdb");
        await using var read = new NpgsqlCommand("SELECT kind, document::text FROM invoices WHERE order_id = $1", database) { Parameters = { new() { Value = order.OrderId } } };
        await using var rows = await read.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<(string Kind, InvoiceDocument Document)> bills = [];
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            bills.Add((rows.GetString(0), JsonSerializer.Deserialize<InvoiceDocument>(rows.GetString(1), JsonSerializerOptions.Web)!));
        return bills.ToLookup(bill => bill.Kind, bill => bill.Document);
    }

    private async Task<List<(string Kind, string Number)>> EventsOfAsync(Order order)
    {
        await using var database = await shop.Database("billdb");
        await using var read = new NpgsqlCommand("SELECT data::jsonb->>'kind', data::jsonb->>'number' FROM outbox WHERE type = 'bill.issued' AND subject = $1 ORDER BY id", database)
        {
            Parameters = { new() { Value = order.OrderId.ToString() } },
        };
        await using var rows = await read.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<(string, string)> events = [];
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            events.Add((rows.GetString(0), rows.GetString(1)));
        return events;
    }
}
