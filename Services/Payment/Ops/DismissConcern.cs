using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Somebody has dealt with it. The row stays, so that it is not raised again.</summary>
internal static class DismissConcern
{
    public static async Task<Results<NoContent, Problem>> HandleAsync(Guid id, PaymentDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.Concerns.Where(concern => concern.Id == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.DismissedAt, c => c.DismissedAt ?? now), cancellationToken) > 0
            ? TypedResults.NoContent()
            : Problem.NotFound("There is no such concern.");
    }
}
