using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EShop.Payment;

/// <summary>Opens operations and takes them over.</summary>
internal static class OperationStore
{
    /// <summary>Longer than a request may ask Stripe, shorter than a client would wait for somebody else to end what a dead process began.</summary>
    public static readonly TimeSpan RequestLease = TimeSpan.FromSeconds(8);

    public static readonly TimeSpan WorkerLease = TimeSpan.FromSeconds(45);

    /// <summary>Commits the operation, provided that none is open and that the payment is still as it was read: opened against a payment that ended meanwhile it could charge
    /// what is canceled. One statement, which waits for whoever changes the payment and then looks at what they left.</summary>
    /// <returns>False where the payment must be read again.</returns>
    public static async Task<bool> OpenAsync(this PaymentDb db, Payment payment, Operation operation, CancellationToken cancellationToken)
    {
        var parameters = JsonSerializer.Serialize(operation.Parameters, PaymentDb.Json);
        var opened = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO operations (order_id, kind, attempt, key, intent_key, parameters, lease_token, lease_until, tries, opened_at)
            SELECT order_id, {Snake.Of(operation.Kind)}, {operation.Attempt}, {operation.Key}, {operation.IntentKey}, {parameters}::jsonb, {operation.LeaseToken}, {operation.LeaseUntil}, 0, {operation.OpenedAt}
            FROM payments WHERE order_id = {payment.OrderId} AND version = {payment.Version} FOR NO KEY UPDATE
            ON CONFLICT DO NOTHING
            """, cancellationToken);
        if (opened == 1)
            db.Attach(operation);
        return opened == 1;
    }

    /// <summary>Commits a refund that was set aside, with its operation, on the same conditions.</summary>
    /// <returns>False where the payment must be read again.</returns>
    public static Task<bool> OpenAsync(this PaymentDb db, Payment payment, Refund refund, TimeSpan lease, DateTimeOffset now, CancellationToken cancellationToken)
    {
        db.Add(refund);
        db.Add(Operation.Start(refund, payment, lease, now));
        return db.SaveLockedAsync(payment, cancellationToken);
    }

    /// <summary>Saves what was changed about a payment, provided that it is still as it was read. Its row is locked first, as whoever opens an operation does it: the operation's
    /// row first would make each wait for the other.</summary>
    /// <returns>False where it changed, or an operation was opened or taken over, since it was read.</returns>
    public static async Task<bool> SaveLockedAsync(this PaymentDb db, Payment payment, CancellationToken cancellationToken)
    {
        var read = db.Entry(payment).Property(p => p.Version).OriginalValue;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var locked = await db.Database.SqlQuery<int>($"""
            SELECT 1 FROM payments WHERE order_id = {payment.OrderId} AND version = {read} FOR NO KEY UPDATE
            """).ToListAsync(cancellationToken);
        if (locked.Count == 0)
            return false;
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException overtaken) when (overtaken is DbUpdateConcurrencyException || overtaken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Takes up to so many operations over whose lease has run out. Each is then this process's alone.</summary>
    public static Task<List<Operation>> TakeExpiredAsync(this PaymentDb db, int atMost, DateTimeOffset now, CancellationToken cancellationToken) => db.Operations.FromSql($"""
        UPDATE operations SET lease_token = gen_random_uuid(), lease_until = {now + WorkerLease}, tries = tries + 1
        WHERE order_id IN (SELECT order_id FROM operations WHERE lease_until <= {now} ORDER BY lease_until LIMIT {atMost} FOR UPDATE SKIP LOCKED)
        RETURNING *
        """).AsNoTracking().ToListAsync(cancellationToken);
}
