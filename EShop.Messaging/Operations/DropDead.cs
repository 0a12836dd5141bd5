using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Messaging;

internal static class DropDead
{
    public static async Task<Results<NoContent, Problem>> HandleAsync<TContext>(Guid id, DeadLetters<TContext> letters, CancellationToken cancellationToken)
        where TContext : DbContext =>
        await letters.DropAsync(id, cancellationToken) ? TypedResults.NoContent() : OperationsApi.NoLetter(id);
}
