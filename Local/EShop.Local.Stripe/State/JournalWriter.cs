namespace EShop.Local.Stripe;

/// <summary>Drives the journal for the life of the host; if the disk fails, the host stops with it.</summary>
internal sealed class JournalWriter(Ledger ledger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => ledger.WriteJournalAsync(stoppingToken), stoppingToken);
}
