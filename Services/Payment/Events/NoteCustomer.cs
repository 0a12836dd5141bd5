using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Leaves a job: a handler never speaks to Stripe itself.</summary>
internal sealed class NoteCustomer(PaymentDb db, CreateCustomers customers, TimeProvider clock) : IHandle<UserRegistered>
{
    public Task HandleAsync(UserRegistered happened, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        db.Due.Add((customers, now));
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO customers (user_id, name, email, try_at) VALUES ({happened.UserId}, {happened.Name}, {happened.Email}, {now})
            ON CONFLICT DO NOTHING
            """, cancellationToken);
    }
}
