using System.Reflection;
using System.Xml.Linq;

namespace EShop.Tests.Architecture;

/// <summary>The repository and the assemblies that were built of it.</summary>
internal static class House
{
    public static readonly string[] Services = ["Users", "Products", "Cart", "Payment", "Bill"];

    public static readonly string[] Shared = ["EShop.Contracts", "EShop.Messaging", "EShop.ServiceDefaults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every source file that somebody wrote, by its path from the root.</summary>
    public static IEnumerable<string> Sources => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" or "Migrations" || (folder.StartsWith('.') && folder.Length > 1)));

    public static Assembly Assembly(string name) => System.Reflection.Assembly.Load(name);

    /// <summary>The names of the projects that a project refers to.</summary>
    public static string[] References(string project) =>
        [.. XDocument.Load(Path.Combine(Root, project)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).Order()];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EShop.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
