namespace EShop.Local.Hosting;

/// <summary>Finds programs.</summary>
internal static class Programs
{
    /// <summary>The <c>dotnet</c> that belongs to the runtime that runs us: services get the same.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(
        System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>A program by its name, on PATH and then in these folders; null if it is in none.</summary>
    public static string? Find(string name, params IEnumerable<string> folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(folders)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
