using System.Buffers;

namespace EShop.Local.Stripe;

/// <summary>
/// The append-only file that makes the sandbox survive a kill. One line is one commit: a JSON array of every object it wrote.
/// Lines that arrive while a flush is under way share the next one, so the disk's latency is paid once per batch and not per call.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _file;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private Batch _open = new();
    private Task _lastAppended = Task.CompletedTask;
    private bool _broken;

    private Journal(FileStream file) => _file = file;

    /// <summary>Opens the journal and hands every whole line to <paramref name="replay"/>. A torn last line, which nobody was answered for, is cut off.</summary>
    /// <exception cref="IOException">Another process has the journal open.</exception>
    /// <exception cref="InvalidDataException">A line before the last one cannot be read: guessing would lose payments silently.</exception>
    public static Journal Open(string path, Action<ReadOnlyMemory<byte>> replay)
    {
        // FileShare.Read takes an advisory lock: a second sandbox on the same folder fails here instead of interleaving its lines with ours.
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            file.SetLength(Replay(file, replay));
            file.Seek(0, SeekOrigin.End);
            return new Journal(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Queues one commit. The task ends once it is on disk; commits reach the disk in the order of the calls.</summary>
    public Task Append(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_broken, this);
            var first = _open.Bytes.WrittenCount == 0;
            _open.Bytes.Write(line);
            _open.Bytes.Write("\n"u8);
            _lastAppended = _open.Flushed.Task;
            if (first)
                _work.Release();
            return _lastAppended;
        }
    }

    /// <summary>Ends once everything appended so far is on disk. A read waits for it too: it must not show what a kill could still take back.</summary>
    public Task Durable()
    {
        lock (_gate)
            return _lastAppended;
    }

    /// <summary>Writes batches until it is stopped. A disk that fails ends it for good: memory is then ahead of the disk, and only a restart agrees with what was answered.</summary>
    public async Task WriteAsync(CancellationToken stopping)
    {
        var batch = new Batch();
        try
        {
            while (true)
            {
                await _work.WaitAsync(stopping);
                lock (_gate)
                    (batch, _open) = (_open, new Batch());
                _file.Write(batch.Bytes.WrittenSpan);
                _file.Flush(flushToDisk: true);
                batch.Flushed.SetResult();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            lock (_gate)
            {
                _broken = true;
                batch.Flushed.TrySetException(failure);
                _open.Flushed.TrySetException(failure);
            }
            throw;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _work.Dispose();
    }

    private static long Replay(FileStream file, Action<ReadOnlyMemory<byte>> replay)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        for (var start = 0; start < whole;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            try
            {
                replay(bytes.AsMemory(start, length));
            }
            catch (Exception unreadable) when (start + length + 1 < whole)
            {
                throw new InvalidDataException($"{file.Name} cannot be read at byte {start}. Move it away to start with an empty ledger.", unreadable);
            }
            catch (System.Text.Json.JsonException)
            {
                return start;
            }
            start += length + 1;
        }
        return whole;
    }

    private sealed class Batch
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(64 * 1024);

        public TaskCompletionSource Flushed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
