using System.Text.Json;

namespace EShop.Local.Dashboard.Resources;

/// <summary>Keeps the board as the host tells it, and asks again when it falls silent.</summary>
internal sealed class BoardKeeper(HostLink host, Board board, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!host.Exists)
        {
            board.Lose("No host is connected: this dashboard was started by itself, and shows telemetry alone.");
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var state in host.WatchAsync(stoppingToken))
                    board.Put(state);
                board.Lose("The host has ended.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
            {
                board.Lose($"The host is not heard: {e.Message}");
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
