using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EShop.Local.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line that a resource wrote, or the host about it.</summary>
/// <param name="LineNumber">Counted from one, from the start of the host.</param>
/// <param name="Content">The line, without its end.</param>
/// <param name="IsErrorMessage">Whether it was written to the error stream.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>
/// What each resource says: the last of it, then each line as it is written. All of it stands in <c>logs/NAME.log</c> of the data folder; the run
/// before is kept as <c>NAME.previous.log</c>.
/// </summary>
public class ResourceLoggerService : IDisposable
{
    // Of a resource: what is remembered for who looks later, and what waits for a reader who is slow.
    private const int RememberedLines = 4_000;

    private readonly DataFolder _data;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Said> _all = new(StringComparer.OrdinalIgnoreCase);

    internal ResourceLoggerService(DataFolder data, TimeProvider clock) => (_data, _clock) = (data, clock);

    /// <summary>A logger of which each entry is a line about the resource.</summary>
    public ILogger GetLogger(IResource resource) => GetLogger(resource.Name);

    /// <summary>The same, of a resource or one of its replicas.</summary>
    public ILogger GetLogger(string resourceName) => new HostLogger(this, resourceName);

    /// <summary>The last lines of a resource, then each one as it is written, until cancelled or until the host ends.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    /// <summary>The same, of a resource or one of its replicas.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Of(resourceName).WatchAsync();

    /// <summary>Ends all watches and closes the files.</summary>
    public void Dispose()
    {
        foreach (var said in _all.Values)
            said.Dispose();
        GC.SuppressFinalize(this);
    }

    internal string PathOf(string resource) => Path.Combine(_data.Logs, resource + ".log");

    // A line of the resource's own.
    internal void Line(string resource, string line, bool isError) => Of(resource).Add(line, isError);

    // A line of the host's about the resource.
    internal void Host(string resource, string line, bool isError = false) => Line(resource, $"[host {_clock.GetUtcNow():HH:mm:ss.fff}] {line}", isError);

    private Said Of(string resource) => _all.GetOrAdd(resource, name => new(() => Open(name)));

    private StreamWriter Open(string resource)
    {
        _data.Folder("logs");
        var path = PathOf(resource);
        if (File.Exists(path))
            File.Move(path, Path.Combine(_data.Logs, resource + ".previous.log"), overwrite: true);
        return new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    private sealed class Said(Func<StreamWriter> open) : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly Queue<LogLine> _last = new();
        private readonly List<Channel<LogLine>> _watchers = [];
        private StreamWriter? _file;
        private int _count;
        private bool _isOver;

        public void Add(string text, bool isError)
        {
            lock (_gate)
            {
                // What a process says while it is killed at the very end.
                if (_isOver)
                    return;
                var line = new LogLine(++_count, text, isError);
                (_file ??= open()).WriteLine(text);
                _last.Enqueue(line);
                if (_last.Count > RememberedLines)
                    _last.Dequeue();
                foreach (var watcher in _watchers)
                    watcher.Writer.TryWrite(line);
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(RememberedLines) { FullMode = BoundedChannelFullMode.DropOldest });
            IReadOnlyList<LogLine> batch;
            lock (_gate)
            {
                if (_isOver)
                    channel.Writer.Complete();
                batch = [.. _last];
                _watchers.Add(channel);
            }

            try
            {
                if (batch.Count > 0)
                    yield return batch;
                while (await channel.Reader.WaitToReadAsync(cancellationToken))
                {
                    var lines = new List<LogLine>();
                    while (lines.Count < RememberedLines && channel.Reader.TryRead(out var line))
                        lines.Add(line);
                    yield return lines;
                }
            }
            finally
            {
                lock (_gate)
                    _watchers.Remove(channel);
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isOver = true;
                _watchers.ForEach(watcher => watcher.Writer.TryComplete());
                _file?.Dispose();
            }
        }
    }

    private sealed class HostLogger(ResourceLoggerService logs, string resource) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs.Host(resource, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}", logLevel >= LogLevel.Error);
        }
    }
}
