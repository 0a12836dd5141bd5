using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>
/// What runs, for <c>./eshop ps</c>: <c>ps.json</c> and <c>ps.txt</c> in the data folder, written at every change. Files, for then the command
/// needs no other program, and no port that others could talk to.
/// </summary>
internal sealed class StatusFile(ResourceNotificationService notifications, DistributedApplicationModel model, DataFolder data)
{
    private string _written = "";

    /// <summary>Writes until stopped.</summary>
    public async Task KeepAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var _ in notifications.WatchAsync(stopping))
                Write();
        }
        catch (OperationCanceledException)
        {
            data.Delete("ps.json");
            data.Delete("ps.txt");
        }
    }

    private void Write()
    {
        var states = notifications.Current.ToLookup(state => state.Resource);
        var rows = model.Resources.Where(ResourceProcess.Has).SelectMany(resource => states[resource]).Select(Row.Of).ToArray();
        var json = JsonSerializer.Serialize(rows, JsonSerializerOptions.Web) + "\n";
        if (json == _written)
            return;
        _written = json;
        data.Write("ps.json", json);
        data.Write("ps.txt", string.Concat(rows.Select(r =>
            $"{r.Name,-12} {r.Type,-12} {r.State,-12} {r.Health ?? "-",-10} {r.Pid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-",-8} {string.Join(' ', r.Urls)}\n")
            .Prepend($"{"NAME",-12} {"TYPE",-12} {"STATE",-12} {"HEALTH",-10} {"PID",-8} URLS\n")));
    }

    private sealed record Row(string Name, string Type, string State, string? Health, int? Pid, IEnumerable<string> Urls)
    {
        public static Row Of(ResourceEvent now) => new(
            now.ResourceId, now.Snapshot.ResourceType, now.Snapshot.State?.Text ?? "Unknown", now.Snapshot.HealthStatus?.ToString(),
            now.Snapshot.ProcessId(),
            now.Snapshot.Urls.Select(url => url.Url));
    }
}
