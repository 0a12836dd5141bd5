using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Local.Hosting;

/// <summary>An application that is asked for its manifest instead of running: <c>--publisher manifest --output-path FILE</c>.</summary>
internal static class ManifestRun
{
    private const string Step = "publish-manifest";
    private const string FileName = "aspire-manifest.json";

    /// <summary>The switches of Aspire's command line that stand for settings.</summary>
    public static readonly Dictionary<string, string> Switches = new()
    {
        ["--operation"] = "AppHost:Operation",
        ["--publisher"] = "Publishing:Publisher",
        ["--step"] = "Pipeline:Step",
        ["--output-path"] = "Pipeline:OutputPath",
    };

    /// <summary>Whether the settings ask for a publication.</summary>
    public static bool IsAskedFor(IConfiguration settings) =>
        string.Equals(settings["AppHost:Operation"], "publish", StringComparison.OrdinalIgnoreCase) || IsManifest(settings["Publishing:Publisher"]);

    public static async Task WriteAsync(DistributedApplication application, CancellationToken cancellationToken)
    {
        var services = application.Services;
        var settings = services.GetRequiredService<IConfiguration>();
        if (!IsManifest(settings["Publishing:Publisher"]) && settings["Pipeline:Step"] != Step)
        {
            await FailAsync($"Without Aspire's packages the manifest is all that can be published: --publisher manifest, or --step {Step}. For the rest: dotnet run --project EShop.AppHost -p:Hosting=Aspire.");
            return;
        }

        if (settings["Pipeline:OutputPath"] is not { Length: > 0 } path)
        {
            await FailAsync("Where to? Say it with --output-path FILE.json");
            return;
        }

        path = Path.GetFullPath(path);
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            path = Path.Combine(path, FileName);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var writer = new ManifestWriter(
            services.GetRequiredService<DistributedApplicationModel>(), services.GetRequiredService<DistributedApplicationExecutionContext>(), folder);
        await File.WriteAllTextAsync(path, await writer.WriteAsync(cancellationToken), cancellationToken);
        Console.WriteLine($"The manifest is {path}");
    }

    private static bool IsManifest(string? publisher) => string.Equals(publisher, "manifest", StringComparison.OrdinalIgnoreCase);

    private static async Task FailAsync(string sentence)
    {
        await Console.Error.WriteLineAsync(sentence);
        Environment.ExitCode = 1;
    }
}
