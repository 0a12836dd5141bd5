using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Leaves a job: a handler never speaks to Stripe itself.</summary>
internal sealed class NoteCustomer(PaymentDb db, TimeProvider clock) : IHandle<UserRegistered>
{
    public Task HandleAsync(UserRegistered happened, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO customers (user_id, name, email, try_at) VALUES ({happened.UserId}, {happened.Name}, {happened.Email}, {clock.GetUtcNow()})
        ON CONFLICT DO NOTHING
        """, cancellationToken);
}
