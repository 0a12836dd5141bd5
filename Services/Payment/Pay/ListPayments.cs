using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

internal static class ListPayments
{
    public static async Task<Results<Ok<Page<PaymentView>>, Problem>> HandleAsync(
        [AsParameters] PageQuery page, string? status, bool? all, CurrentUser me, PaymentDb db, CancellationToken cancellationToken)
    {
        if (all == true && !me.IsAdmin)
            return Problem.Of(ProblemType.Forbidden, "Only an admin sees everybody's payments.");
        var wanted = db.Payments.AsNoTracking().Where(p => p.UserId != null);
        if (all != true)
            wanted = wanted.Where(p => p.UserId == me.Id);
        if (status is not null)
        {
            if (!Snake.TryParse<PaymentStatus>(status, out var named))
                return Problem.Invalid("status", $"One of {string.Join(", ", Enum.GetValues<PaymentStatus>().Select(Snake.Of))}.");
            wanted = wanted.Where(p => p.Status == named);
        }

        var total = await wanted.LongCountAsync(cancellationToken);
        var payments = await wanted.OrderByDescending(p => p.OrderId).Skip(page.Skip).Take(page.Size).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<PaymentView>([.. payments.Select(payment => PaymentView.Of(payment, payment.UserId == me.Id))], page.Number, page.Size, total));
    }
}
