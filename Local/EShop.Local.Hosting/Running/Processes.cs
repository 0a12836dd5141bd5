using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace EShop.Local.Hosting;

/// <summary>Ends processes.</summary>
internal static class Processes
{
    /// <summary>Asks a process to end, and kills it if it has not by then.</summary>
    public static async Task StopAsync(Process process, Signal signal, TimeSpan patience, TimeProvider clock)
    {
        if (OperatingSystem.IsWindows())
            process.Kill(entireProcessTree: true);
        else
            _ = SendSignal(process.Id, signal.Number);
        using var late = new CancellationTokenSource(patience, clock);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>
    /// Kills what processes with that marker left behind: a browser has a session of its own, and does not end with the service that started it.
    /// </summary>
    public static void KillMarked(string marker)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var entry = Encoding.UTF8.GetBytes($"\0{ProcessSpec.Marker}={marker}\0");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId)
                continue;
            try
            {
                byte[] environment = [0, .. File.ReadAllBytes(Path.Combine(folder, "environ"))];
                if (environment.AsSpan().IndexOf(entry) >= 0)
                    _ = SendSignal(pid, Signal.Kill.Number);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone since the listing, or somebody else's: not ours to end.
                continue;
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
