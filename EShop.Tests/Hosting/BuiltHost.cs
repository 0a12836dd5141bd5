using System.Diagnostics;
using EShop.Local.Hosting;

namespace EShop.Tests.Hosting;

/// <summary>An app model's program as it was built, started as a process of its own.</summary>
internal static class BuiltHost
{
    /// <summary>How to start it.</summary>
    /// <param name="project">The folder of its project.</param>
    /// <param name="arguments">Its command line.</param>
    public static ProcessStartInfo Start(string project, params string[] arguments)
    {
        var built = new AppHostAssembly(typeof(BuiltHost).Assembly).Configuration;
        var assembly = Path.Combine(project, "bin", built, "net10.0", $"{Path.GetFileName(project)}.dll");
        return new ProcessStartInfo(Programs.Dotnet, [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
