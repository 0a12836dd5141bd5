using System.Collections.Concurrent;
using System.Diagnostics;

namespace EShop.Local.Hosting;

/// <summary>
/// Starts processes from one thread that lives as long as the host. The kernel sends a child its death signal when the <em>thread</em> that
/// started it ends: from a pool thread that would be at some quiet moment later.
/// </summary>
internal sealed class Spawner : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Done)> _queue = [];

    public Spawner() => new Thread(Run) { IsBackground = true, Name = "spawner" }.Start();

    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add((start, done));
        return done.Task;
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        foreach (var (start, done) in _queue.GetConsumingEnumerable())
        {
            try
            {
                done.SetResult(Process.Start(start)!);
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                done.SetException(e);
            }
        }
    }
}
