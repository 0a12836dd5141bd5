using System.Diagnostics;

namespace EShop.Local.Hosting;

/// <summary>
/// A small shell that waits for the end of the host, however it comes, and then kills every process that the host or a child of it started.
/// The kernel's death signal reaches children alone; this reaches what they started, and works where there is no such signal.
/// </summary>
internal sealed class Watchdog(Process shell)
{
    // A line means an orderly stop; the end of the pipe without one means that the host is gone. The first second is PostgreSQL's, which had its
    // signal and closes its files.
    private const string Script = """
        read -r line && exit 0
        sleep 1
        for try in 1 2 3 4 5 6 7 8; do
          if [ -d /proc/self ]; then pids=$(grep -lsz "^$1" /proc/[0-9]*/environ | cut -d/ -f3)
          else pids=$(ps -axEww -o pid=,command= | grep -F " $1" | grep -v grep | awk '{ print $1 }'); fi
          [ -n "$pids" ] || exit 0
          kill -9 $pids
          sleep 0.2
        done
        """;

    public static async Task<Watchdog?> StartAsync(Spawner spawner, string run)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string[] shell = ["sh", "-c", Script, "eshop-watchdog", $"{ProcessSpec.Marker}={run}/"];
        string[] command = OperatingSystem.IsLinux() ? ["setsid", .. shell] : shell;
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new(await spawner.StartAsync(start));
    }

    public async Task StopAsync()
    {
        await shell.StandardInput.WriteLineAsync("stopped");
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }
}
