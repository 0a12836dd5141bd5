using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Messaging;

/// <summary>What became of a dead letter that was tried again.</summary>
public enum RetryResult
{
    /// <summary>Its effect is committed (an event of this service's own will be published once more), and the letter is gone.</summary>
    Applied,

    /// <summary>It failed again and stays, with the new error.</summary>
    Failed,

    /// <summary>There is no such letter (any more).</summary>
    NotFound,
}

/// <summary>The events of a service that stand aside, for an operator to see, to try again, or to drop.</summary>
public sealed class DeadLetters<TContext>
    where TContext : DbContext
{
    // A day less than the subscribers know it by its id: it also has to get there.
    private static readonly TimeSpan ToldAgainFor = TimeSpan.FromDays(29);

    private readonly IServiceScopeFactory _scopes;
    private readonly EventBus _bus;
    private readonly Inbox<TContext> _inbox;
    private readonly TimeProvider _clock;

    internal DeadLetters(IServiceScopeFactory scopes, EventBus bus, Inbox<TContext> inbox, TimeProvider clock) => (_scopes, _bus, _inbox, _clock) = (scopes, bus, inbox, clock);

    /// <summary>The letters, newest first.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(int skip, int take, CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        return await Letters(scope).AsNoTracking().OrderByDescending(letter => letter.ParkedAt).ThenBy(letter => letter.Id).Skip(skip).Take(take).ToListAsync(cancellationToken);
    }

    /// <summary>How many there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        return await Letters(scope).LongCountAsync(cancellationToken);
    }

    /// <summary>Runs the handler once more, under the event's own id. The id stays taken throughout, so a late delivery of the same event changes nothing, and two operators
    /// who try at once apply it once.</summary>
    /// <exception cref="Exception">The database was away or busy: nothing changed, and the same may be asked again.</exception>
    public async Task<RetryResult> RetryAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyAsync(id, cancellationToken);
        }
        catch (Exception failure) when (Failure.Of(failure) == FailureKind.Own)
        {
            var error = Parking.Describe(failure);
            await using var scope = _scopes.CreateAsyncScope();
            var kept = await Letters(scope).Where(letter => letter.Id == id).ExecuteUpdateAsync(
                letter => letter.SetProperty(l => l.Error, error).SetProperty(l => l.Tries, l => l.Tries + 1), cancellationToken);
            return kept > 0 ? RetryResult.Failed : RetryResult.NotFound;
        }
    }

    /// <summary>Forgets a letter: its event will never take effect here.</summary>
    /// <returns>False where there is no such letter.</returns>
    public async Task<bool> DropAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        return await Letters(scope).Where(letter => letter.Id == id).ExecuteDeleteAsync(cancellationToken) > 0;
    }

    private static DbSet<DeadLetter> Letters(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<TContext>().Set<DeadLetter>();

    private async Task<RetryResult> ApplyAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await Letters(scope).FromSql($"SELECT * FROM dead_letters WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(cancellationToken) is not { } letter)
            return RetryResult.NotFound;
        db.Remove(letter);
        if (letter.Publisher == _bus.Service)
            await TellAgainAsync(db, Envelope.Read(letter.ToEntry()), cancellationToken);
        else
            await _inbox.HandleAsync(scope.ServiceProvider, [_bus.Read(letter.ToEntry(), letter.Publisher)], spans: true, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        scope.ServiceProvider.GetRequiredService<IOutbox>().Wake();
        return RetryResult.Applied;
    }

    private async Task TellAgainAsync(TContext db, Envelope told, CancellationToken cancellationToken)
    {
        if (_clock.GetUtcNow() - told.Time > ToldAgainFor)
            throw new InvalidOperationException($"It is older than {ToldAgainFor.Days} days: subscribers that had it may have forgotten its id, and it would take effect twice.");
        db.Add(new OutboxMessage { Id = told.Id, Type = told.Type, Subject = told.Subject, Time = told.Time.ToUniversalTime(), TraceParent = told.TraceParent, Data = told.Data });
        await db.SaveChangesAsync(cancellationToken);
    }
}
