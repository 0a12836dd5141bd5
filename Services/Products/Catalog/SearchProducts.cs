namespace EShop.Products.Catalog;

/// <summary>A search in name and description that forgives typos and accents. Each word must be found, by trigrams, or by having two neighbouring letters swapped back
/// (which leaves few trigrams in common). A name counts for more than a description.</summary>
internal static class SearchProducts
{
    /// <summary>A product found, with how well it fits.</summary>
    internal sealed class Hit
    {
        public required Product Product { get; init; }

        public double Relevance { get; init; }
    }

    private const int MostWords = 8;

    public static Found Search(this IQueryable<Product> products, ProductsDb db, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new Found(products, products.OrderByDescending(p => p.Id));

        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word.Any(char.IsLetterOrDigit)).Distinct().Take(MostWords).ToList();
        if (words.Count == 0)
            products = products.Where(_ => false);
        var hits = products.Select(p => new Hit { Product = p, Relevance = 0 });
        foreach (var word in words)
        {
            var spellings = Spellings(word);
            hits = hits.Join(db.Matching(spellings), hit => hit.Product.Id, match => match.ProductId,
                (hit, match) => new Hit { Product = hit.Product, Relevance = hit.Relevance + match.Relevance });
        }
        return new Found(hits.Select(hit => hit.Product), hits.OrderByDescending(hit => hit.Relevance).ThenByDescending(hit => hit.Product.Id).Select(hit => hit.Product));
    }

    /// <summary>The word as it stands first, then with each two neighbouring letters swapped.</summary>
    private static string[] Spellings(string word)
    {
        var spellings = new List<string> { word };
        for (var i = 0; word.Length is >= 4 and <= 16 && i + 1 < word.Length; i++)
        {
            if (word[i] != word[i + 1] && char.IsLetter(word[i]) && char.IsLetter(word[i + 1]))
                spellings.Add($"{word[..i]}{word[i + 1]}{word[i]}{word[(i + 2)..]}");
        }
        return [.. spellings];
    }

    internal sealed record Found(IQueryable<Product> Products, IQueryable<Product> ByRelevance);
}

/// <summary>A product that one word of a search found, and how well: 0…1.</summary>
internal sealed class ProductMatch
{
    public Guid ProductId { get; private set; }

    public double Relevance { get; private set; }
}
