using System.Collections.Concurrent;

namespace EShop.Local.Hosting;

/// <summary>What each resource says, in <c>logs/NAME.log</c> of the data folder; the run before is kept as <c>NAME.previous.log</c>.</summary>
internal sealed class ResourceLogs(DataFolder data, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<StreamWriter>> _files = new(StringComparer.OrdinalIgnoreCase);

    public string PathOf(string resource) => Path.Combine(data.Logs, resource + ".log");

    /// <summary>A line of the resource's own.</summary>
    public void Line(string resource, string line)
    {
        var writer = _files.GetOrAdd(resource, name => new(() => Open(name))).Value;
        lock (writer)
            writer.WriteLine(line);
    }

    /// <summary>A line of the host's about the resource.</summary>
    public void Host(string resource, string line) => Line(resource, $"[host {clock.GetUtcNow():HH:mm:ss.fff}] {line}");

    public void Dispose()
    {
        foreach (var writer in _files.Values.Where(file => file.IsValueCreated).Select(file => file.Value))
        {
            lock (writer)
                writer.Dispose();
        }
    }

    private StreamWriter Open(string resource)
    {
        data.Folder("logs");
        var path = PathOf(resource);
        if (File.Exists(path))
            File.Move(path, Path.Combine(data.Logs, resource + ".previous.log"), overwrite: true);
        return new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }
}
