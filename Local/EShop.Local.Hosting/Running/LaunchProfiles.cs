using System.Text.Json;
using Aspire.Hosting;

namespace EShop.Local.Hosting;

/// <summary>Finds the launch profile under which a project starts.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The named profile, or the first that starts the project; null where there is none.</summary>
    public static (string Name, LaunchProfile Profile)? Find(string projectPath, ProjectResourceOptions options)
    {
        if (options.ExcludeLaunchProfile)
            return null;
        var file = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        var profiles = File.Exists(file) ? JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(file), Json)!.Profiles : [];
        if (options.LaunchProfileName is { } name)
        {
            return profiles.TryGetValue(name, out var profile)
                ? (name, profile)
                : throw new DistributedApplicationException($"There is no launch profile '{name}' in {file}.");
        }

        return profiles.Where(p => p.Value.CommandName is "Project" or "Executable" or null or "").Select(p => ((string, LaunchProfile)?)(p.Key, p.Value)).FirstOrDefault();
    }
}
