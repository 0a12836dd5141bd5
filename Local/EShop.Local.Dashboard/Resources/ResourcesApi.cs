namespace EShop.Local.Dashboard.Resources;

/// <summary>What runs, for programs: what <c>./eshop ps --json</c> says, and when it started.</summary>
internal static class ResourcesApi
{
    public static void MapResourcesApi(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/resources", (Board board) => board.All.Where(one => one.IsProcess).Select(one =>
            new Row(one.Name, one.Type, one.State, one.Health, one.Pid, one.Urls.Select(endpoint => endpoint.Url), one.StartedAt)));

    private sealed record Row(string Name, string Type, string State, string? Health, int? Pid, IEnumerable<string> Urls, DateTimeOffset? StartedAt);
}
