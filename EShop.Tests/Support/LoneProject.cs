using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>One built project as a process of its own on a free port, started without the host: what a test may freeze, lose or flood without harm to the others.</summary>
internal sealed class LoneProject : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _ended;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoneProject(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ended = EndedAsync();
    }

    public HttpClient Client { get; private set; } = null!;

    public int Pid => _process.Id;

    /// <summary>What it has said so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <param name="folder">From the root of the repository.</param>
    /// <param name="environment">Its whole configuration; a launch profile is not read.</param>
    public static async Task<LoneProject> StartAsync(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var project = Launch(folder, environment);
        try
        {
            project.Client = new HttpClient { BaseAddress = await project._listening.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken) };
            return project;
        }
        catch
        {
            await project.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, without waiting until it listens: perhaps it never does.</summary>
    public static LoneProject Launch(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProject.Assembly(folder)]) { WorkingDirectory = BuiltProject.Folder(folder), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new LoneProject(start);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        _process.Kill(entireProcessTree: true);
        await _ended;
        _process.Dispose();
    }

    // Exited may be raised before the last lines were read; this wait ends after them.
    private async Task EndedAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        _listening.TrySetException(new InvalidOperationException("It ended before it listened:\n" + Output));
    }

    private void Hear(string? line)
    {
        const string sign = "Now listening on: ";
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (line.IndexOf(sign, StringComparison.Ordinal) is >= 0 and var at)
            _listening.TrySetResult(new Uri(line[(at + sign.Length)..]));
    }
}
