namespace EShop.Products.Catalog;

internal sealed partial class SeedCatalog
{
    private const string Coffee = "Coffee & Pantry";
    private const string Kitchen = "Home & Kitchen";
    private const string Books = "Books";
    private const string Desk = "Desk & Audio";

    /// <summary>Books are taxed at 4 %, food at 10 %, the rest at 21 %, as in Spain.</summary>
    internal static readonly Ware[] Wares =
    [
        new("COF-001", Coffee, "Café de Colombia, whole bean 1 kg", 16.90m, 10, 240, "Washed arabica from Huila, roasted medium: caramel, red apple, a long finish. Roasted every Tuesday."),
        new("COF-002", Coffee, "Café Descafeinado, ground 250 g", 6.45m, 10, 180, "Decaffeinated with water only, ground for the moka pot. Full body, cocoa and hazelnut."),
        new("COF-003", Coffee, "Sencha Green Tea 100 g", 9.80m, 10, 120, "First-harvest Japanese leaf from Shizuoka. Fresh and grassy; brew at 75 °C for one minute."),
        new("COF-004", Coffee, "Jalapeño Honey 350 g", 8.20m, 10, 90, "Wildflower honey from the Alpujarras with a slow burn of chilli. For cheese, pizza, and the brave at breakfast."),
        new("COF-005", Coffee, "Extra Virgin Olive Oil, Picual 500 ml", 12.75m, 4, 200, "Cold-pressed in Jaén within four hours of the harvest. Green tomato, artichoke, a peppery end."),
        new("COF-006", Coffee, "Crème de Marrons 325 g", 5.60m, 10, 75, "Sweet chestnut spread from the Ardèche, with Madagascar vanilla. On crêpes, in yoghurt, off the spoon."),

        new("KIT-001", Kitchen, "Cafetera Italiana, 6 cups", 27.90m, 21, 60, "Aluminium moka pot with a safety valve and a handle that stays cool. For gas, electric and ceramic hobs."),
        new("KIT-002", Kitchen, "Cast-Iron Skillet 26 cm", 39.50m, 21, 45, "Pre-seasoned with linseed oil, good for induction and open fire. Heavy, and better every year."),
        new("KIT-003", Kitchen, "Gooseneck Kettle 1 l", 64.00m, 21, 30, "Electric, to the degree between 40 and 100 °C, with a thin spout for slow pouring. Keeps warm for an hour."),
        new("KIT-004", Kitchen, "Bread Knife 24 cm", 32.00m, 21, 55, "A deep wave edge in German steel: through a hard crust without tearing the crumb. Walnut handle."),
        new("KIT-005", Kitchen, "Azulejo Coasters, set of 4", 18.50m, 21, 110, "Hand-glazed ceramic with cork beneath. No two sets have quite the same blue."),
        new("KIT-006", Kitchen, "Linen Apron, Ochre", 29.95m, 21, 70, "Washed European linen, cross-back straps, two pockets deep enough for a phone and a whisk."),

        new("BOO-001", Books, "Don Quijote de la Mancha", 24.95m, 4, 80, "Miguel de Cervantes. The complete novel with notes and a map of the route, clothbound, in Spanish."),
        new("BOO-002", Books, "A Field Guide to the Night Sky", 21.00m, 4, 65, "Thirty star charts from the equator to the pole, with what to look for in each month, no telescope needed."),
        new("BOO-003", Books, "The Sourdough Notebook", 18.90m, 4, 95, "Twelve breads by weight and temperature, with blank pages for your own. Lies flat on the counter."),
        new("BOO-004", Books, "Poesía Completa de Antonio Machado", 19.50m, 4, 50, "From Soledades to the last verse found in his coat, with an introduction for new readers. In Spanish."),
        new("BOO-005", Books, "Distributed Systems for the Tired", 34.00m, 4, 40, "Clocks, queues, and what happens when the cable is pulled: explained with drawings, for people who are on call."),
        new("BOO-006", Books, "Mediterranean Gardens", 28.00m, 4, 35, "Forty gardens that live on little water, from Málaga to Crete, with planting plans to copy."),

        new("DSK-001", Desk, "Mechanical Keyboard, 75 %", 119.00m, 21, 40, "Hot-swappable tactile switches, PBT keycaps with Ñ and accents, aluminium case, USB-C."),
        new("DSK-002", Desk, "Wireless Headphones, Over-Ear", 149.90m, 21, 50, "Active noise cancelling, 38 hours on a charge, two devices at once, ear pads that can be replaced."),
        new("DSK-003", Desk, "Desk Lamp, Brushed Brass", 58.00m, 21, 60, "Warm LED light that dims to candle level. The arm stays wherever you leave it."),
        new("DSK-004", Desk, "Notebook A5, Dotted", 12.90m, 21, 300, "160 pages of 100 g paper that takes a fountain pen without feathering. Numbered, with an index."),
        new("DSK-005", Desk, "Fountain Pen, Fine Nib", 42.00m, 21, 45, "Steel nib, piston filler, an ink window to see what is left. Writes at the first stroke after a week."),
        new("DSK-006", Desk, "Portable Bluetooth Speaker", 79.90m, 21, 55, "Fits a bicycle's bottle cage, survives rain and sand, plays for 14 hours. Two of them make stereo."),
    ];

    internal sealed record Ware(string Sku, string Category, string Name, decimal Price, decimal TaxRate, int Stock, string Description);
}
