using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Messaging;

/// <summary>How the retry ended.</summary>
/// <param name="Result"><c>applied</c>, or <c>failed</c>: then the letter stays, with the new error.</param>
internal sealed record RetriedView(RetryResult Result);

internal static class RetryDead
{
    public static async Task<Results<Ok<RetriedView>, Problem>> HandleAsync<TContext>(Guid id, DeadLetters<TContext> letters, CancellationToken cancellationToken)
        where TContext : DbContext =>
        await letters.RetryAsync(id, cancellationToken) is var result and not RetryResult.NotFound ? TypedResults.Ok(new RetriedView(result)) : OperationsApi.NoLetter(id);
}
