using System.Reflection;

namespace EShop.Local.Hosting;

/// <summary>What the local host does beyond Aspire's API: configuration <c>Local:*</c>, so that not one line of an app model differs.</summary>
internal sealed class LocalOptions
{
    public const string Section = "Local";

    /// <summary>Whether what ends unasked is started again.</summary>
    public bool Restart { get; set; } = true;

    /// <summary>Whether every endpoint gets a free port, whatever its launch profile says: for tests, and a second host on one machine.</summary>
    public bool RandomizePorts { get; set; }

    /// <summary>A port of one's own by resource: <c>Local:Ports:users=6101</c>.</summary>
    public Dictionary<string, int> Ports { get; set; } = [];

    /// <summary>Where PostgreSQL's programs are, if not on PATH or under /usr/lib/postgresql.</summary>
    public string? PostgresBin { get; set; }

    /// <summary>Where redis-server is, if not on PATH.</summary>
    public string? RedisBin { get; set; }

    /// <summary>The first thing to try, shown once all is up; <c>{web}</c> is the URL of the resource of that name.</summary>
    public string? FirstThing { get; set; }

    /// <summary>How long a process may take to end before it is killed.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>The assembly that holds the app model; it knows its configuration (Debug, Release), which is that of the projects too.</summary>
internal sealed record AppHostAssembly(Assembly? Assembly)
{
    public string Configuration => Assembly?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
