using System.Globalization;
using System.Runtime.InteropServices;

namespace EShop.Tests.Support;

/// <summary>What can be sent to a process that somebody else started. By Linux's numbers.</summary>
internal static class Signals
{
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <returns>False where it has ended.</returns>
    public static bool Send(int process, int signal) => SendTo(process, signal) == 0;

    /// <summary>To a process and all that it has started, as PostgreSQL is many.</summary>
    public static void SendAll(int process, int signal)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && ParentOf(folder) is { } parent)
                parents[id] = parent;
        }

        foreach (var one in Family(process, parents))
            _ = SendTo(one, signal); // Who has ended meanwhile needs no signal.
    }

    private static IEnumerable<int> Family(int process, Dictionary<int, int> parents) =>
        parents.Where(one => one.Value == process).SelectMany(child => Family(child.Key, parents)).Prepend(process);

    private static int? ParentOf(string folder)
    {
        try
        {
            // The name, in brackets, may hold anything; state and parent follow it.
            var stat = File.ReadAllText($"{folder}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendTo(int process, int signal);
}
