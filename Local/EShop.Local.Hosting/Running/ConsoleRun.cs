using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EShop.Local.Hosting;

/// <summary>An application as a program at a terminal: it shows how far it is, where everything is, and what went wrong, and ends by Ctrl-C.</summary>
internal static class ConsoleRun
{
    /// <summary>The file in the data folder that is there while all is healthy after the start.</summary>
    private const string Ready = "ready";

    public static async Task UntilStopped(DistributedApplication application, CancellationToken cancellationToken)
    {
        var services = application.Services;
        var (data, model) = (services.GetRequiredService<DataFolder>(), services.GetRequiredService<DistributedApplicationModel>());
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        application.ResourceNotifications.DefaultWaitBehavior = WaitBehavior.WaitOnResourceUnavailable;
        var progress = new StartProgress(application.ResourceNotifications, model);
        var background = Task.CompletedTask;
        try
        {
            services.GetRequiredService<Orchestrator>().Claimed += () =>
            {
                data.Delete(Ready);
                background = new StatusFile(application.ResourceNotifications, model, data).KeepAsync(stop.Token);
            };
            var start = application.StartAsync(stop.Token);
            await progress.ShowAsync(start, stop.Token);
            Console.WriteLine(Welcome(model, services.GetRequiredService<IOptions<LocalOptions>>().Value, data, services.GetService<DashboardLink>()));
            data.Write(Ready, "");
            await Task.Delay(Timeout.InfiniteTimeSpan, services.GetRequiredService<TimeProvider>(), stop.Token);
        }
        catch (DistributedApplicationException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            Environment.ExitCode = 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopping.");
        }

        data.Delete(Ready);
        await stop.CancelAsync();
        await application.StopAsync(CancellationToken.None);
        await background;
    }

    private static string Welcome(DistributedApplicationModel model, LocalOptions options, DataFolder data, DashboardLink? dashboard)
    {
        var lines = new List<string> { "", "All is up." };
        foreach (var resource in model.Resources.Where(r => ResourceProcess.Has(r) && r.Name != LocalDashboard.Name).OfType<IResourceWithEndpoints>().Where(r => r.GetEndpoints().Any()))
            lines.Add($"  {resource.Name,-16} {string.Join(' ', resource.GetEndpoints().Where(e => e.IsHttp || e.IsHttps).DefaultIfEmpty(resource.GetEndpoints().First()).Select(e => e.Url))}");
        if (dashboard is not null)
            lines.Add($"  {LocalDashboard.Name,-16} {dashboard.Url()}");
        lines.Add("");
        foreach (var parameter in model.Resources.OfType<ParameterResource>().Where(p => p.Description is not null))
            lines.Add($"  {parameter.Name,-16} {parameter.Value}   ({parameter.Description})");
        lines.Add($"  {"data and logs",-16} {data.Root}");
        if (options.FirstThing is { } first)
        {
            foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
                first = first.Replace($"{{{resource.Name}}}", resource.GetEndpoints().FirstOrDefault()?.Url, StringComparison.Ordinal);
            lines.AddRange(["", "Try:", $"  {first}"]);
        }

        return string.Join(Environment.NewLine, [.. lines, ""]);
    }
}
