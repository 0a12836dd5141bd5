using System.Text.Json;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Messaging;

/// <summary>A dead letter as an operator sees it.</summary>
/// <param name="Event">The fields of the stream entry, as they came.</param>
internal sealed record DeadLetterView(
    Guid Id, string Publisher, string? Type, string? Subject, string Error, int Tries, DateTimeOffset ParkedAt, string EntryId, JsonElement Event)
{
    public static DeadLetterView Of(DeadLetter letter) => new(
        letter.Id, letter.Publisher, letter.Type, letter.Subject, letter.Error, letter.Tries, letter.ParkedAt, letter.EntryId, JsonSerializer.Deserialize<JsonElement>(letter.Fields));
}

internal static class ListDead
{
    public static async Task<Ok<Page<DeadLetterView>>> HandleAsync<TContext>([AsParameters] PageQuery page, DeadLetters<TContext> letters, CancellationToken cancellationToken)
        where TContext : DbContext =>
        TypedResults.Ok(new Page<DeadLetterView>(
            [.. (await letters.ListAsync(page.Skip, page.Size, cancellationToken)).Select(DeadLetterView.Of)], page.Number, page.Size, await letters.CountAsync(cancellationToken)));
}
